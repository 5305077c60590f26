import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSharedSandbox } from '../../src/sandbox/shared-sandbox.ts';
import { CLI } from '../support/hosts.ts';

let stateDir = '';
const started: Server[] = [];
beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-shared-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  await rm(stateDir, { recursive: true, force: true });
});

interface Server {
  call(name: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>;
  kill(): void;
  close(): Promise<void>;
}

/** A server over stdio as a host starts it. */
async function start(...args: string[]): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, '--sandbox', '--seed', 'empty', '--state-dir', stateDir, ...args],
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir() },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test-host', version: '1.0.0' });
  await client.connect(transport);
  const server: Server = {
    async call(name, args_ = {}) {
      const { content } = await client.callTool({ name, arguments: args_ });
      return JSON.parse(content[0]?.type === 'text' ? content[0].text : '{}') as Record<string, unknown>;
    },
    kill: () => void process.kill(Number(transport.pid), 'SIGKILL'),
    close: () => client.close(),
  };
  started.push(server);
  return server;
}

const create = (server: Server, name: string): Promise<Record<string, unknown>> =>
  server.call('scale_ai_create_project', { name, type: 'imageannotation' });

/** Which of these projects there are. */
async function projectsOf(server: Server, ...names: string[]): Promise<string[]> {
  const found = [];
  for (const name of names) {
    const { error } = await server.call('scale_ai_get_project', { project: name });
    if (error === undefined) found.push(name);
  }
  return found;
}

describe('--sandbox', () => {
  it('is the same one for a host that starts a process for each call', async () => {
    for (const name of ['one', 'two']) {
      const server = await start();
      expect((await create(server, name))['error']).toBeUndefined();
      await server.close();
    }
    expect(await projectsOf(await start(), 'one', 'two')).toEqual(['one', 'two']);
  });

  it('is shared by processes at once, and goes on in another one when its own is killed', async () => {
    const [first, second, third] = [await start(), await start(), await start()];
    await create(first, 'of-first');
    await create(second, 'of-second');
    expect(await projectsOf(third, 'of-first', 'of-second')).toEqual(['of-first', 'of-second']);
    first.kill();
    expect((await create(second, 'after-the-kill'))['error']).toBeUndefined();
    const all = ['after-the-kill', 'of-first', 'of-second'];
    expect(await projectsOf(third, ...all)).toEqual(all);
  });

  it('of a process that is gone is taken over by one of those who start', async () => {
    await mkdir(path.join(stateDir, 'sandbox'));
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(path.join(stateDir, 'sandbox', 'lock'), String(pid));
    const servers = await Promise.all(Array.from({ length: 4 }, () => start()));
    await Promise.all(servers.map((server, index) => create(server, `p${index}`)));
    const all = ['p0', 'p1', 'p2', 'p3'];
    for (const server of servers) expect(await projectsOf(server, ...all)).toEqual(all);
  });

  it('forgets with --sandbox-reset, and keeps nothing with --data none', async () => {
    const first = await start();
    await create(first, 'kept');
    await first.close();
    const apart = await start('--data', 'none');
    expect(await projectsOf(apart, 'kept')).toEqual([]);
    await create(apart, 'not-kept');
    await apart.close();
    const second = await start();
    expect(await projectsOf(second, 'kept', 'not-kept')).toEqual(['kept']);
    await second.close();
    expect(await projectsOf(await start('--sandbox-reset'), 'kept')).toEqual([]);
  });

  it('does not forget under the hands of another process', async () => {
    const first = await start();
    await create(first, 'in-use');
    expect(await projectsOf(await start('--sandbox-reset'), 'in-use')).toEqual(['in-use']);
  });
});

it('a sandbox that is shared keeps its address from process to process', async () => {
  const dataDir = path.join(stateDir, 'data');
  const open = (): ReturnType<typeof openSharedSandbox> => openSharedSandbox({ dataDir, seed: 'empty' });
  const all = await Promise.all(Array.from({ length: 5 }, open));
  const [first, ...others] = all;
  expect(new Set(all.map(({ origin }) => origin)).size).toBe(1);
  for (const one of others) {
    const health = await fetch(`${one.origin}/_sandbox/health`);
    expect(health.status).toBe(200);
  }
  await first?.close();
  for (const one of others) await one.close();
  const again = await open();
  expect(again.origin).toBe(first?.origin);
  await again.close();
});
