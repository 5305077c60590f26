import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SANDBOX_KEYS } from '../../src/sandbox/keys.ts';
import { CLI } from '../support/hosts.ts';
import { Part, Replica, connect, freePort } from '../service/parts.ts';
import { PostgresServer } from '../service/postgres-server.ts';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

/** Kinds of faults of the fault campaign, each on its share of the creations. */
const FAULTS = [
  { kind: 'status', when: 'before', status: 500 },
  { kind: 'status', when: 'before', status: 429, retry_after_s: 1 },
  { kind: 'status', when: 'after', status: 503 },
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'truncate', when: 'after' },
  { kind: 'latency', when: 'after', latency_ms: 500 },
] as const;

/** Everything that the demo runs on: a sandbox, a PostgreSQL, two replicas, each a process of its own. */
export class World {
  readonly replicas: Replica[] = [];
  readonly directory: string;
  readonly #sandbox: Part;
  readonly #postgres: PostgresServer;
  readonly #origin: string;
  /** Resident memory of the servers over time, MiB. */
  readonly memory: number[] = [];

  private constructor(directory: string, parts: { sandbox: Part; postgres: PostgresServer }, origin: string) {
    this.directory = directory;
    this.#sandbox = parts.sandbox;
    this.#postgres = parts.postgres;
    this.#origin = origin;
  }

  static async open({ perSecond }: { perSecond: number }): Promise<World> {
    const directory = await mkdtemp(path.join(tmpdir(), 'scale-demo-'));
    const sandboxPort = await freePort();
    const postgres = await PostgresServer.create();
    const sandboxArgs = ['sandbox', '--port', String(sandboxPort), '--seed', 'empty', '--turnaround', '1s'];
    const sandbox = await new Part(process.execPath, [
      CLI,
      ...sandboxArgs,
      '--rate-limit',
      String(perSecond),
    ]).up(/Try: curl/);
    const world = new World(directory, { sandbox, postgres }, `http://127.0.0.1:${sandboxPort}`);
    const env = {
      SCALE_API_KEY: SANDBOX_KEYS.live,
      SCALE_API_BASE_URL: `${world.#origin}/v1`,
      SCALE_MCP_DATABASE_URL: postgres.url,
    };
    const args = ['--config', 'test/fixtures/no-questions.yaml', '--scale-per-second', String(4 * perSecond)];
    for (let number = 1; number <= 2; number += 1) {
      const ports = { mcp: await freePort(), metrics: await freePort() };
      world.replicas.push(await new Replica(ports, path.join(directory, `r${number}`), args, env).start());
    }
    return world;
  }

  /** A call at the first replica that answers. */
  async call(tool: string, args: Record<string, unknown>): Promise<Any> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#callAt(this.replicas[attempt % this.replicas.length], tool, args);
      } catch (error) {
        if (attempt === 40) throw error;
        await sleep(250);
      }
    }
  }

  async #callAt(replica: Replica | undefined, tool: string, args: Record<string, unknown>): Promise<Any> {
    if (!replica) throw new Error('no replica');
    const client: Client = await connect(`http://127.0.0.1:${replica.port}/mcp`, undefined, '2026-07-28');
    try {
      const { structuredContent, content, isError } = await client.callTool({ name: tool, arguments: args });
      if (isError) throw new Error(`${tool}: ${JSON.stringify(content).slice(0, 600)}`);
      return structuredContent;
    } finally {
      await client.close();
    }
  }

  /** Plans a file with a server of its own over stdio: files are only read where somebody sits. */
  async planFile(file: string, args: Record<string, unknown>): Promise<{ plan: Any; peakMiB: number }> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--allow-dir', this.directory, '--scale-per-second', '1000'],
      env: {
        PATH: process.env['PATH'] ?? '',
        SCALE_API_KEY: SANDBOX_KEYS.live,
        SCALE_API_BASE_URL: `${this.#origin}/v1`,
        SCALE_MCP_STATE_DIR: path.join(this.directory, 'stdio'),
      },
      stderr: 'ignore',
    });
    const client = new Client({ name: 'scale-demo', version: '1.0.0' });
    await client.connect(transport);
    try {
      const call = { name: 'scale_ai_plan_tasks', arguments: { manifest_path: file, ...args } };
      const { structuredContent } = await client.callTool(call, { timeout: 300_000 });
      const status = await readFile(`/proc/${transport.pid}/status`, 'utf8');
      const plan = (structuredContent as { plan: Any }).plan;
      return { plan, peakMiB: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024 };
    } finally {
      await client.close();
    }
  }

  /** Asks the sandbox itself, beside the servers. */
  async sandbox(method: string, where: string, body?: unknown): Promise<Any> {
    const authorization = `Basic ${Buffer.from(`${SANDBOX_KEYS.live}:`).toString('base64')}`;
    const response = await fetch(`${this.#origin}${where}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.json();
  }

  behave(behaviour: object): Promise<Any> {
    return this.sandbox('POST', '/_sandbox/behaviour', behaviour);
  }

  async addFaults(share: number): Promise<void> {
    for (const fault of FAULTS) {
      const each = { route: 'POST /v1/task/imageannotation', share: share / FAULTS.length };
      await this.sandbox('POST', '/_sandbox/faults', { ...fault, ...each });
    }
  }

  /** Every task there is, read page by page. */
  async tasks(query = ''): Promise<Any[]> {
    const all: Any[] = [];
    for (let token = ''; ;) {
      const page = await this.sandbox(
        'GET',
        `/v1/tasks?limit=100${query}${token && `&next_token=${encodeURIComponent(token)}`}`,
      );
      all.push(...page.docs);
      if (page.next_token === undefined) return all;
      token = page.next_token;
    }
  }

  async sampleMemory(): Promise<void> {
    for (const { pid } of this.replicas) {
      const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
      if (kib > 0) this.memory.push(kib / 1_024);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.#sandbox.end();
    await this.#postgres.remove();
    await rm(this.directory, { recursive: true, force: true });
  }
}
