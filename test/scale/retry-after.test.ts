import { expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/scale/retry-after.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

it.each([
  [undefined, undefined],
  ['3', 3],
  [' 120 ', 120],
  ['Mon, 02 Mar 2026 09:00:30 GMT', 30],
  ['Mon, 02 Mar 2026 08:00:00 GMT', 0],
  ['soon', undefined],
])('reads %j as %j seconds', (header, seconds) => {
  expect(parseRetryAfter(header, NOW)).toBe(seconds);
});
