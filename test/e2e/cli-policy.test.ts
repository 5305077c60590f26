import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { run } from '../support/run-cli.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

let directory = '';
let sandbox: RunningSandbox;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cli-policy-'));
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true });
});

describe('token and config', () => {
  const write = async (text: string): Promise<string> => {
    const file = path.join(directory, 'policy.yaml');
    await writeFile(file, text);
    return file;
  };

  it('makes a token whose hash alone is kept, checks the file, and takes the token back', async () => {
    const file = await write('# kept\nroles:\n  viewer: { effects: [read], toolsets: [all] }\n');
    const created = await run(['token', 'create', 'ada', '--role', 'viewer', '--config', file]);
    const [token = ''] = created.stdout.split('\n');
    expect(token).toMatch(/^smcp_[\w-]{43}$/);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('# kept');
    expect(text).not.toContain(token);
    const checked = await run(['config', 'check', '--config', file]);
    expect(checked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok\n {2}ada: viewer, until .*; read/),
    });
    expect(await run(['token', 'revoke', 'ada', '--config', file])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).not.toContain('ada');
    expect(await run(['token', 'revoke', 'ada', '--config', file])).toMatchObject({ code: 2 });
  });

  it.each([
    ['roles: { viewer: { effects: [look] } }', 'roles.viewer.effects.0'],
    ['tokens: [{ name: a, sha256: x, role: r, expires: soon }]', 'tokens.0.sha256'],
    ['roles: { r: { tools: [scale_ai_nothing] } }', 'scale_ai_nothing'],
    ['role: {}', 'Unknown key "role"'],
  ])('refuses %j, naming the place', async (text, place) => {
    const { code, stderr } = await run(['config', 'check', '--config', await write(text)]);
    expect(code).toBe(2);
    expect(stderr).toContain(place);
  });

  it('does not write a token for a role that the file does not define', async () => {
    const file = await write('roles: {}\n');
    const { code, stderr } = await run(['token', 'create', 'ada', '--role', 'viewer', '--config', file]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"viewer", which is not defined')]);
    expect(await readFile(file, 'utf8')).toBe('roles: {}\n');
  });
});

describe('audit', () => {
  it('of a session over stdio verifies and can be asked; a changed one is shown', async () => {
    const state = path.join(directory, 'state');
    const call = (id: number, name: string, args: object): string =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
    const hello = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'cli-test', version: '1' },
      },
    };
    const input = [
      JSON.stringify(hello),
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      call(1, 'scale_ai_list_projects', {}),
      call(2, 'scale_ai_get_batch', { batch_name: 'nothing' }),
    ].join('\n');
    await run(['--state-dir', state], {
      env: { SCALE_API_KEY: sandbox.keys.live, SCALE_API_BASE_URL: sandbox.baseUrl },
      input: `${input}\n`,
    });
    const audit = path.join(state, 'audit');
    const verified = await run(['audit', 'verify', audit]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/: ok, 4 records\n$/) });
    const found = await run(['audit', 'query', audit, '--tool', 'scale_ai_get_batch']);
    expect(JSON.parse(found.stdout)).toMatchObject({
      principal: 'local',
      client: 'cli-test 1',
      outcome: 'no_effect',
      args: { batch_name: 'nothing' },
    });
    const { request_id: id } = JSON.parse(found.stdout) as { request_id: string };
    expect((await run(['audit', 'query', audit, '--request', id])).stdout).toBe(found.stdout);
    expect(await run(['audit', 'query', audit, '--outcome', 'unkown'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not_sent, no_effect, done, unknown'),
    });
    const [file = ''] = await readdir(audit);
    const text = await readFile(path.join(audit, file), 'utf8');
    await writeFile(path.join(audit, file), text.replace('no_effect', 'not_sent_'));
    expect(await run(['audit', 'verify', audit])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('was changed: its hash'),
    });
  });

  it('says when there is nothing to read', async () => {
    expect(await run(['audit', 'verify', '/nowhere'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere'),
    });
  });
});
