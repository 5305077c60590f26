import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-kept-'));
});

afterEach(() => rm(home, { recursive: true }));

const folder = (): string => path.join(home, 'scale-ai-mcp');

async function kept(): Promise<string | undefined> {
  const [name] = await readdir(folder()).catch(() => []);
  return name?.endsWith('.v8') ? path.join(folder(), name) : undefined;
}

/** Starts the server and gives it time to keep its code; answers whether it spoke MCP. */
async function start({
  until = kept,
  env = {},
}: { until?: () => Promise<unknown>; env?: object } = {}): Promise<string> {
  const child = spawn(process.execPath, [CLI], {
    env: { XDG_CACHE_HOME: home, SCALE_MCP_STATE_DIR: home, SCALE_MCP_AUDIT: 'off', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    said.push(chunk.toString());
  });
  const clientInfo = { name: 't', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  for (let tries = 0; tries < 100 && (said.length === 0 || (await until()) === undefined); tries += 1)
    await sleep(50);
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
  return said.join('');
}

describe.skipIf(process.platform === 'win32')('compiled code', () => {
  it('is kept for the next start, which leaves it as it is', async () => {
    expect(await start()).toContain('scale-ai-mcp');
    const file = (await kept()) ?? '';
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    const { mtimeMs } = await stat(file);
    expect(await start({ until: () => sleep(1_000, true) })).toContain('scale-ai-mcp');
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
  });

  it('of another program, or damaged, is replaced and not run', async () => {
    await start();
    const file = (await kept()) ?? '';
    const good = await readFile(file);
    const nameOf = (content: Buffer): string => content.subarray(0, content.indexOf(0x0a)).toString();
    const ofAnother = Buffer.concat([Buffer.from('9'), good.subarray(1)]);
    for (const bad of [ofAnother, good.subarray(0, good.length / 2)]) {
      await writeFile(file, bad);
      const replaced = async (): Promise<unknown> => ((await readFile(file)).equals(bad) ? undefined : true);
      expect(await start({ until: replaced })).toContain('scale-ai-mcp');
      const now = await readFile(file);
      expect(nameOf(now)).toBe(nameOf(good));
      expect(now.length).toBeGreaterThan(good.length / 2);
    }
  });

  it('is not kept where others could put theirs in its place, nor where Node.js is told to keep none', async () => {
    await mkdir(folder());
    await chmod(folder(), 0o777);
    const aWhile = (): Promise<boolean> => sleep(1_000, true);
    expect(await start({ until: aWhile })).toContain('scale-ai-mcp');
    expect(await kept()).toBeUndefined();
    await chmod(folder(), 0o700);
    await start({ until: aWhile, env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
    expect(await kept()).toBeUndefined();
  });
});
