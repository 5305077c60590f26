import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../src/responses/compact.ts';
import type { Server as HttpServer } from 'node:http';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export const CLI = path.resolve('dist/cli.js');

/** State and kept code of the servers under test: theirs alone, and the same for all runs. */
const HOME = mkdtempSync(path.join(tmpdir(), 'scale-ai-mcp-bench-'));

export function environment(extra: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME, XDG_CACHE_HOME: HOME, SCALE_MCP_STATE_DIR: HOME, ...extra };
}

export interface Server {
  url: string;
  pid: number;
  /** Bytes after a collection; for a process that was started with `report-memory.cjs`. */
  memoryInUse(): Promise<number>;
  stop(): Promise<void>;
}

/** A process that says on stderr where it serves. */
export async function startServer(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Server> {
  const child = spawn(process.execPath, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/\w+/.exec(said) ?? [];
        if (found) resolve(found);
      });
    }
  });
  return {
    url,
    pid: child.pid ?? 0,
    async memoryInUse() {
      said = '';
      child.kill('SIGUSR2');
      for (;;) {
        const [, bytes] = /in use (\d+)\n/.exec(said) ?? [];
        if (bytes !== undefined) return Number(bytes);
        await sleep(20);
      }
    },
    async stop() {
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A server over stdio, spoken to line by line in the 2025-11-25 revision. */
export class StdioServer {
  readonly #child: Child;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #rest = '';
  #lastId = 0;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, args, {
      env: environment(env),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  request(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  async initialize(): Promise<void> {
    const clientInfo = { name: 'bench', version: '1.0.0' };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    this.#send({ method: 'notifications/initialized' });
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message: unknown = JSON.parse(line);
      const id = isRecord(message) && typeof message['id'] === 'number' ? message['id'] : -1;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      waiting?.(message);
    }
  }
}

/** `VmRSS` now, or `VmHWM` at its highest, in bytes. Linux only. */
export async function memoryOf(pid: number, member: 'VmRSS' | 'VmHWM' = 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = new RegExp(`^${member}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status has no ${member}`);
  return Number(kilobytes) * 1_024;
}

/** Serves on a free port of loopback; resolves with the port. */
export async function listen(server: HttpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the stub does not listen');
  return address.port;
}
