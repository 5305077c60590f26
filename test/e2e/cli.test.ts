import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { catalog } from '../../tools/index.ts';
import { CLI, HOSTS } from '../support/hosts.ts';
import { run } from '../support/run-cli.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

let sandbox: RunningSandbox;
let directory = '';
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'demo' });
  directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-cli-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true });
});

describe('tools', () => {
  it('prints the catalogue as JSON for programs', async () => {
    const { code, stdout } = await run(['tools', '--json']);
    expect(code).toBe(0);
    const { tools } = JSON.parse(stdout) as { tools: Record<string, unknown>[] };
    expect(tools).toHaveLength(catalog.length);
    expect(tools[0]).toMatchObject({
      name: 'scale_ai_list_projects',
      inputSchema: expect.any(Object),
      effect: 'read',
      seed: true,
    });
  });

  it('prints a line of JSON for each tool that was selected', async () => {
    const { stdout } = await run(['tools', '--read-only', '--toolsets', 'batches']);
    expect(stdout).toContain('{"name":"scale_ai_get_batch_status","toolset":"batches","effect":"read"');
    expect(stdout).not.toContain('scale_ai_finalize_batch');
  });
});

describe('what cannot be used is refused at start, with the nearest valid name', () => {
  it.each([
    ['a flag', ['--toolset', 'x'], {}, '--toolsets'],
    ['a command', ['toools'], {}, 'toools'],
    ['a tool to call', ['call', 'scale_ai_creat_batch', '--json', '{}'], {}, 'create_batch'],
    ['a toolset', ['--toolsets', 'task'], {}, 'tasks'],
    ['a tool', ['--tools', 'scale_ai_get_tsk'], {}, 'scale_ai_get_task'],
    ['a variable', [], { SCALE_MCP_REDONLY: '1' }, 'SCALE_MCP_READ_ONLY'],
    ['a value', ['--log-level', 'inof'], {}, 'info'],
    ['a directory', ['--allow-dir', '/no/such/dir'], {}, '/no/such/dir'],
    ['a directory of a list', ['stdio', '/no/such/dir'], {}, '/no/such/dir'],
    ['a key file', ['--api-key-file', '/no/such/key'], {}, '/no/such/key'],
  ])('%s', async (_name, args, env, hint) => {
    const { code, stdout, stderr } = await run(args, { env });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(hint);
  });

  it('a key as a flag', async () => {
    expect((await run(['--api-key', 'live_x'])).code).toBe(2);
  });
});

describe('over stdio', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  };
  const call = (id: number, name: string, args: unknown): unknown => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  const lines = (...messages: unknown[]): string =>
    messages.map((message) => (typeof message === 'string' ? message : JSON.stringify(message))).join('\n') +
    '\n';

  it('ends with 0 when the host closes stdin', async () => {
    expect(await run([], { input: '' })).toMatchObject({ code: 0, signal: null, stdout: '' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s though stdin stays open', async (signal) => {
    const ended = await run(['--sandbox'], {
      input: lines(initialize),
      kill: { signal, after: 'serverInfo' },
    });
    expect(ended).toMatchObject({ code: 0, signal: null });
  });

  it('opens the directories that a host hands on as a list, whatever their names', async () => {
    const directories = ['first', 'second, with a comma'].map((name) => path.join(directory, name));
    const uploads = directories.map((one, index) =>
      call(index + 2, 'scale_ai_upload_file', { file_path: path.join(one, 'a.txt') }),
    );
    for (const one of directories) {
      await mkdir(one);
      await writeFile(path.join(one, 'a.txt'), 'text');
    }
    const { stdout } = await run(['stdio', '--sandbox', ...directories], {
      input: lines(initialize, ...uploads),
      cwd: '/',
    });
    expect(stdout.match(/"isError":true/g)).toBeNull();
    expect(stdout.match(/"attachment_url"/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('writes nothing but JSON-RPC to stdout, whatever goes wrong', async () => {
    const input = lines(
      initialize,
      'this is not JSON',
      '{"jsonrpc":"2.0"}',
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call(2, 'scale_ai_list_projects', {}),
      call(3, 'scale_ai_upload_file', { file_path: '/etc/passwd' }),
      call(4, 'no_such_tool', {}),
      { jsonrpc: '2.0', id: 5, method: 'no/such/method' },
      call(6, 'scale_ai_get_task', { task_id: {} }),
      { jsonrpc: '2.0', id: 7, method: 'ping' },
    );
    const env = {
      SCALE_API_KEY: sandbox.keys.live,
      SCALE_API_BASE_URL: 'http://127.0.0.1:9/v1',
      SCALE_MCP_LOG_LEVEL: 'trace',
    };
    const ended = await run([], { env, input, kill: { signal: 'SIGTERM', after: '"id":2' } });
    const messages = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { jsonrpc: string; id: unknown });
    expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    expect(messages.map(({ id }) => id)).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7]));
  });

  it('keeps the key out of logs, whatever the level', async () => {
    const env = {
      SCALE_API_KEY: 'live_topsecret00000000000000000000',
      SCALE_API_BASE_URL: sandbox.baseUrl,
      SCALE_MCP_LOG_LEVEL: 'trace',
    };
    const input = lines(initialize, call(2, 'scale_ai_list_projects', {}));
    const { stderr, stdout } = await run([], { env, input, kill: { signal: 'SIGTERM', after: '"id":2' } });
    expect(stderr).toContain('scale_ai_list_projects');
    expect(stderr + stdout).not.toContain('topsecret');
    expect(stderr + stdout).not.toContain(Buffer.from('live_topsecret').toString('base64').slice(0, 16));
  });

  it('logs JSON lines where stderr is no terminal', async () => {
    const { stderr } = await run([], { input: '' });
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it('without a key lists its tools and says in each answer how to set one', async () => {
    const input = lines(
      initialize,
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      call(3, 'scale_ai_list_projects', {}),
    );
    const { stdout } = await run([], { input, kill: { signal: 'SIGTERM', after: '"id":3' } });
    expect(stdout).toContain('scale_ai_get_task');
    expect(stdout).toMatch(/no_api_key.*SCALE_API_KEY.*--sandbox/);
  });

  it.each(['${SCALE_API_KEY}', 'live_or_test_key_from_the_scale_dashboard'])(
    'started with %j as a key lists its tools, and says at the start, in each answer and in doctor what that is',
    async (SCALE_API_KEY) => {
      const env = { SCALE_API_KEY };
      const input = lines(
        initialize,
        { jsonrpc: '2.0', id: 2, method: 'tools/list' },
        call(3, 'scale_ai_list_projects', {}),
      );
      const { stdout, stderr } = await run([], { env, input, kill: { signal: 'SIGTERM', after: '"id":3' } });
      const reason = /SCALE_API_KEY holds a (reference to a variable|placeholder) and not a key/;
      expect(stderr).toMatch(reason);
      expect(stdout).toContain('scale_ai_get_task');
      expect(stdout).toMatch(new RegExp(`no_api_key.*${reason.source}`));
      expect((await run(['doctor'], { env })).stdout).toMatch(new RegExp(`FAIL +API key: ${reason.source}`));
    },
  );

  it('with --sandbox ignores a key, says so, and marks its answers', async () => {
    const input = lines(initialize, call(2, 'scale_ai_list_projects', {}));
    const env = { SCALE_API_KEY: 'live_real', SCALE_SANDBOX: '1' };
    const { stdout, stderr } = await run([], { env, input, kill: { signal: 'SIGTERM', after: '"id":2' } });
    expect(stderr).toContain('ignored');
    expect(stdout).toContain('street-scenes');
    expect(stdout).toMatch(/mode\\?":\\?"sandbox/);
  });

  it.each([
    ['below a file', path.join(CLI, 'state')],
    ['on a file system that takes nothing', '/sys/scale-ai-mcp'],
  ])(
    'with a state directory %s is read-only: reads work, writes say why they are refused',
    async (_name, dir) => {
      const env = { SCALE_MCP_STATE_DIR: dir, SCALE_MCP_DATA: '' };
      const why = `No audit file can be made in ${dir}/audit`;
      expect((await run(['--sandbox'], { env })).stderr).toContain(why);
      const host = await HOSTS[1].connect({ args: ['--sandbox'], env });
      expect((await host.listTools()).length).toBeGreaterThan(40);
      expect((await host.call('scale_ai_list_projects')).text).toContain('street-scenes');
      const refused = await host.call('scale_ai_create_project', { name: 'p', type: 'imageannotation' });
      expect(refused.text).toContain('audit_unavailable');
      expect(refused.text).toContain(why);
      expect((await host.call('scale_ai_list_jobs')).text).toContain('state_unavailable');
      await host.close();
    },
  );

  it('ends where its state cannot be kept, though the host still listens, and says what to do', async () => {
    const stillOpen = { signal: 'SIGKILL', after: 'what is never printed' } as const;
    const { code, stderr } = await run(['--sandbox', '--data', CLI], { kill: stillOpen });
    expect(code).toBe(2);
    expect(stderr).toContain(CLI);
    expect(stderr).toContain('--data');
  });

  it('says test for a test key', async () => {
    const input = lines(initialize, call(2, 'scale_ai_list_projects', {}));
    const env = { SCALE_API_KEY: sandbox.keys.test, SCALE_API_BASE_URL: sandbox.baseUrl };
    const { stdout } = await run([], { env, input, kill: { signal: 'SIGTERM', after: '"id":2' } });
    expect(stdout).toMatch(/mode\\?":\\?"test/);
  });
});

describe('http', () => {
  it('refuses to listen on anything but loopback', async () => {
    const { code, stderr } = await run(['http', '--host', '0.0.0.0', '--port', '0']);
    expect(code).toBe(4);
    expect(stderr).toContain('loopback');
  });

  it('says when the port is taken', async () => {
    const { port } = new URL(sandbox.origin);
    const { code, stderr } = await run(['http', '--port', port]);
    expect(code).toBe(4);
    expect(stderr).toContain('--port');
  });
});

describe('sandbox', () => {
  it('prints its base URL and usable keys, and ends cleanly', async () => {
    const ended = await run(['sandbox', '--port', '0'], { kill: { signal: 'SIGTERM', after: 'Try:' } });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/v1\n.*live_.*\n.*test_/);
  });
});

describe('doctor explains', () => {
  it('that nothing is missing', async () => {
    const env = { SCALE_API_KEY: sandbox.keys.live, SCALE_API_BASE_URL: sandbox.baseUrl };
    const { code, stdout } = await run(['doctor'], { env, cwd: directory });
    expect(stdout).toContain('live: tasks go to people and cost money');
    expect(stdout).toMatch(/ok {4}Clock/);
    expect(code).toBe(0);
  });

  it('a missing key', async () => {
    const { code, stdout } = await run(['doctor'], { cwd: directory });
    expect(code).toBe(3);
    expect(stdout).toMatch(/FAIL.*API key: none[\s\S]*SCALE_API_KEY/);
  });

  it('a key that Scale does not know', async () => {
    const env = { SCALE_API_KEY: 'wrong', SCALE_API_BASE_URL: sandbox.baseUrl };
    const { code, stdout } = await run(['doctor'], { env, cwd: directory });
    expect(code).toBe(3);
    expect(stdout).toMatch(/FAIL.*401[\s\S]*Copy it again/);
  });

  it('a Scale that cannot be reached', async () => {
    const env = { SCALE_API_KEY: sandbox.keys.live, SCALE_API_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { code, stdout } = await run(['doctor'], { env, cwd: directory });
    expect(code).toBe(3);
    expect(stdout).toMatch(/FAIL.*127\.0\.0\.1:9[\s\S]*SCALE_API_BASE_URL/);
  });

  it('a key file that holds something else', async () => {
    const file = path.join(directory, 'key');
    await writeFile(file, 'not a key at all\n', { mode: 0o600 });
    const { code, stdout } = await run(['doctor', '--api-key-file', file], { cwd: directory });
    expect(code).toBe(3);
    expect(stdout).toContain('without blanks');
  });

  it('that no directory is open for uploads', async () => {
    const { stdout } = await run(['doctor', '--sandbox'], { cwd: '/' });
    expect(stdout).toMatch(/warn.*Uploads[\s\S]*--allow-dir/);
  });
});
