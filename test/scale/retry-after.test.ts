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
  ['-5', undefined],
  ['1.5', undefined],
  ['5, 10', undefined],
  ['2026-03-02', undefined],
  ['99999999999999999999', 86_400],
  ['Wed, 21 Oct 2099 07:28:00 GMT', 86_400],
])('reads %j as %j seconds', (header, seconds) => {
  expect(parseRetryAfter(header, NOW)).toBe(seconds);
});
