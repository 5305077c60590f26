import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { stringify } from 'yaml';
import { createToken } from '../../src/access/tokens.ts';
import { CLI } from '../support/hosts.ts';
import type { ChildProcess } from 'node:child_process';

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** A process of the test, ended with it. */
export class Part {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  log = '';

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#start = () =>
      spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Resolves when the text has been printed. */
  async up(text: RegExp): Promise<this> {
    const child = this.#start();
    this.#child = child;
    this.log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
    for (let tries = 0; !text.test(this.log); tries += 1) {
      if (child.exitCode !== null || tries > 200) throw new Error(`a part did not start: ${this.log}`);
      await sleep(50);
    }
    return this;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** The load balancer of `deploy/`, with other ports. */
export async function startNginx(
  directory: string,
  port: number,
  replicas: readonly number[],
): Promise<Part> {
  const template = await readFile('deploy/nginx/nginx.conf', 'utf8');
  const ports = [...replicas];
  const config = template
    .replaceAll(/server 127\.0\.0\.1:\d+/g, () => `server 127.0.0.1:${ports.shift() ?? 0}`)
    .replace('listen 127.0.0.1:3000', `listen 127.0.0.1:${port}`)
    .replaceAll('/tmp/', `${directory}/`);
  const file = path.join(directory, 'nginx.conf');
  await writeFile(file, `${config}\ndaemon off;\nerror_log stderr notice;\n`);
  return new Part('nginx', ['-e', 'stderr', '-c', file]).up(/start worker process/);
}

/** One replica: its ports, its state directory. */
export class Replica {
  readonly port: number;
  readonly metricsPort: number;
  readonly stateDir: string;
  readonly #part: Part;

  constructor(
    ports: { mcp: number; metrics: number },
    stateDir: string,
    args: readonly string[],
    env: Record<string, string>,
  ) {
    this.port = ports.mcp;
    this.metricsPort = ports.metrics;
    this.stateDir = stateDir;
    const own = [
      '--port',
      String(ports.mcp),
      '--metrics-port',
      String(ports.metrics),
      '--state-dir',
      stateDir,
    ];
    this.#part = new Part(process.execPath, [CLI, 'http', ...own, ...args], env);
  }

  async start(): Promise<this> {
    await mkdir(this.stateDir, { recursive: true });
    await this.#part.up(/serving MCP at/);
    return this;
  }

  get pid(): number | undefined {
    return this.#part.pid;
  }

  /** What it has printed since it was started last. */
  get log(): string {
    return this.#part.log;
  }

  kill(): Promise<void> {
    return this.#part.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#part.end();
  }

  async ready(): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${this.metricsPort}/readyz`);
    return (await response.json()) as Record<string, unknown>;
  }

  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1]);
  }

  /** The records of all its audit files, in order. */
  async records(): Promise<Record<string, unknown>[]> {
    const folder = path.join(this.stateDir, 'audit');
    const files = (await readdir(folder)).toSorted();
    const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
    return texts
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** A configuration file with one token for each name, all with every right. */
export async function writeConfig(file: string, names: readonly string[]): Promise<Record<string, string>> {
  const tokens = names.map((name) => ({ name, ...createToken() }));
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const everything = {
    effects: ['read', 'create', 'update', 'delete'],
    consequences: ['billable', 'emails', 'irreversible', 'replaces', 'grants_access'],
    toolsets: ['all'],
  };
  await writeFile(
    file,
    stringify({
      roles: { everything },
      tokens: tokens.map(({ name, sha256 }) => ({ name, sha256, role: 'everything', expires })),
    }),
  );
  return Object.fromEntries(tokens.map(({ name, token }) => [name, token]));
}

/** A client as a host would have it. */
export async function connect(
  url: string,
  token: string | undefined,
  era: '2025' | '2026-07-28',
): Promise<Client> {
  const mode = era === '2025' ? 'legacy' : ({ pin: era } as const);
  const client = new Client({ name: 'load', version: '1.0.0' }, { versionNegotiation: { mode } });
  const requestInit = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}
