import { expect, it } from 'vitest';
import { resultLimitOf } from '../../src/mcp/result-limits.ts';

it.each([
  ['codex-mcp-client 0.171.0', undefined, { size: 38_000, unit: 'bytes' }],
  ['gemini-cli-mcp-client', undefined, { size: 38_000, unit: 'characters' }],
  ['openclaw-bundle-mcp 0.0.0', undefined, { size: 15_000, unit: 'characters' }],
  ['gemini-cli-mcp-client 0.61.0', 9_000, { size: 9_000, unit: 'characters' }],
  ['labeling 1.0.0', 9_000, { size: 9_000, unit: 'characters' }],
])('%s, set to %s: %j', (client, given, expected) => {
  expect(resultLimitOf(client, given)).toMatchObject(expected);
});

it.each([undefined, 'labeling 1.0.0', 'my codex-mcp-client'])('nothing is known of %s', (client) => {
  expect(resultLimitOf(client, undefined)).toBeUndefined();
});
