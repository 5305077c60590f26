import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { transform } from 'esbuild';
import Database from 'libsql';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

/** A point by its number or by a pattern of its name. */
export type KillPoint = number | string;

/** A sandbox, and a state directory that servers use one after the other. */
export class Lane {
  readonly sandbox: OpenSandbox;
  readonly directory: string;
  #client: Client | undefined;
  #pid = 0;
  #stderr = '';

  private constructor(sandbox: OpenSandbox, directory: string) {
    this.sandbox = sandbox;
    this.directory = directory;
  }

  static async open(): Promise<Lane> {
    const sandbox = await openSandbox();
    await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
    const lane = new Lane(sandbox, await mkdtemp(path.join(tmpdir(), 'kill-walk-')));
    await mkdir(lane.results);
    const source = await readFile('test/faults/kill-preload.ts', 'utf8');
    await writeFile(lane.#preload, (await transform(source, { loader: 'ts', format: 'esm' })).code);
    return lane;
  }

  /** Where exports may be written. */
  get results(): string {
    return path.join(this.directory, 'results');
  }

  get #preload(): string {
    return path.join(this.directory, 'kill-preload.mjs');
  }

  /** Starts a server in place of the one before. @param point where it is killed, from when it is told to count */
  async start(point: KillPoint = 0): Promise<void> {
    await this.end();
    this.#stderr = '';
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [
        '--import',
        pathToFileURL(this.#preload).href,
        CLI,
        '--state-dir',
        path.join(this.directory, 'state'),
        '--allow-dir',
        this.results,
        '--config',
        'test/fixtures/no-questions.yaml',
      ],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        SCALE_API_KEY: this.sandbox.running.keys.live,
        SCALE_API_BASE_URL: this.sandbox.running.baseUrl,
        KILL_POINT: String(point),
      },
      stderr: 'pipe',
    });
    transport.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.#client = new Client({ name: 'test-host', version: '1.0.0' });
    await this.#client.connect(transport);
    this.#pid = transport.pid ?? 0;
    await this.call('scale_ai_list_jobs', {}); // its database is open
  }

  /** From here on points count. */
  async count(): Promise<void> {
    process.kill(this.#pid, 'SIGUSR2');
    await this.#said(/kill-points: counting/);
  }

  /** @returns the points that were passed since they count */
  async counted(): Promise<number> {
    process.kill(this.#pid, 'SIGUSR2');
    const { passed } = (await this.#said(/kill-points: passed (?<passed>\d+)\n/)).groups ?? {};
    return Number(passed);
  }

  /** Where the server was killed, once it is gone. */
  async killed(): Promise<string> {
    const { at = '' } = (await this.#said(/kill-points: killed at (?<at>.*)\n/)).groups ?? {};
    await this.end();
    return at;
  }

  async end(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  async #said(what: RegExp): Promise<RegExpExecArray> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(5)) {
      const found = what.exec(this.#stderr);
      if (found) return found;
    }
    throw new Error(`in vain: ${String(what)} in ${this.#stderr.slice(-2_000)}`);
  }

  /** @throws Error of a call that was answered with an error, or not at all */
  async call(name: string, args: object): Promise<Any> {
    const result = await this.#client?.callTool({ name, arguments: { ...args } });
    const [first] = result?.content ?? [];
    const text = first?.type === 'text' ? first.text : '{}';
    if (result?.isError) throw new Error(`${name}: ${text}`);
    return JSON.parse(text);
  }

  /** As if the time had passed for which a killed server keeps what it had in hand. */
  forgetLeases(): void {
    const database = new Database(path.join(this.directory, 'state', 'state.sqlite'), { timeout: 5_000 });
    database.exec('delete from leases');
    database.close();
  }

  async tasks(batch: string): Promise<Any[]> {
    return (await this.sandbox.live('GET', `/tasks?limit=100&batch=${batch}`)).body.docs;
  }

  async close(): Promise<void> {
    await this.end();
    await this.sandbox.running.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
