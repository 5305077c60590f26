import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { modeOfKey } from '../../src/access/mode.ts';
import { UnfilledKeyError, readScaleKey, takeKey } from '../../src/access/read-scale-key.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';

it.each([
  ['live_0123456789abcdef0123456789abcdef', 'live'],
  ['test_0123456789abcdef0123456789abcdef', 'test'],
  ['0123456789abcdef|5c84d0fe958593004f13e5ba', 'live'],
  ['0123456789abcdef|5c84d0fe958593004f13e5ba|test', 'test'],
])('%s works on %s data', (key, mode) => expect(modeOfKey(new ScaleKey(key))).toBe(mode));

it('prefers the file, without the newline that editors add', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-key-'));
  const file = path.join(directory, 'key');
  await writeFile(file, 'live_fromfile\n', { mode: 0o600 });
  const key = await readScaleKey({ api_key: new ScaleKey('live_fromenv'), api_key_file: file });
  expect(key?.reveal()).toBe('live_fromfile');
  await rm(directory, { recursive: true });
});

it.each([
  ['a blank', 'live_abc def'],
  ['an accent', 'live_é'],
])('refuses a key with %s without repeating it', async (_name, key) => {
  const message = await readScaleKey({ api_key: new ScaleKey(key) }).catch((error: Error) => error.message);
  expect(message).toContain('SCALE_API_KEY');
  expect(message).not.toContain(key);
});

it.each([
  '${SCALE_API_KEY}',
  '${env:SCALE_API_KEY}',
  '${input:scale-key}',
  '$SCALE_API_KEY',
  '%SCALE_API_KEY%',
  '{{SCALE_API_KEY}}',
  'live_or_test_key_from_the_scale_dashboard',
  '<your key>',
  'YOUR_API_KEY',
  'your-scale-api-key-here',
  'live_xxxxxxxx',
  '…',
])('takes %j for no key, and says what to do', async (text) => {
  const read = readScaleKey({ api_key: new ScaleKey(text) });
  await expect(read).rejects.toBeInstanceOf(UnfilledKeyError);
  await expect(read).rejects.toThrow(/^SCALE_API_KEY holds a (reference|placeholder).*(Put|Replace)/);
});

it('names no example as a key that can be copied from README or mcp.json.example', async () => {
  for (const page of ['README.md', 'mcp.json.example']) {
    for (const [, text = ''] of (await readFile(page, 'utf8')).matchAll(/"SCALE_API_KEY": "([^"]*)"/g))
      await expect(readScaleKey({ api_key: new ScaleKey(text) })).rejects.toBeInstanceOf(UnfilledKeyError);
  }
});

it('moves a key out of the environment, and knows it when asked again', () => {
  const env: NodeJS.ProcessEnv = { SCALE_API_KEY: 'live_0123' };
  expect(takeKey(env, 'SCALE_API_KEY')?.reveal()).toBe('live_0123');
  expect(env).toEqual({});
  expect(takeKey(env, 'SCALE_API_KEY')?.reveal()).toBe('live_0123');
  expect(takeKey(env, 'ANOTHER_KEY')).toBeUndefined();
  expect(takeKey({}, 'SCALE_API_KEY')).toBeUndefined();
});

it('shows a key in no text, JSON or inspection', () => {
  const key = new ScaleKey('live_0123456789');
  expect([
    String(key),
    JSON.stringify({ key }),
    inspect({ key }),
    inspect(key, { showHidden: true }),
  ]).toEqual(['[key]', '{"key":"[key]"}', '{ key: [key] }', '[key]']);
});

it('names the file that cannot be read', async () => {
  await expect(readScaleKey({ api_key_file: '/no/such/key' })).rejects.toThrow('/no/such/key');
});

it.skipIf(process.platform === 'win32')('refuses a file that everybody on the machine can read', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-key-'));
  const file = path.join(directory, 'open-key');
  await writeFile(file, 'live_0123');
  await chmod(file, 0o644);
  await expect(readScaleKey({ api_key_file: file })).rejects.toThrow('chmod 600');
  await rm(directory, { recursive: true });
});
