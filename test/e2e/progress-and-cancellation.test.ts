import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, describe, expect, it } from 'vitest';
import { CLI, startHttp } from '../support/hosts.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** A Scale that takes its time: the test decides what it answers. */
class SlowScale {
  readonly #server: Server;
  readonly asked: string[] = [];
  readonly abandoned: string[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      const name = `${request.method} ${request.url}`;
      this.asked.push(name);
      response.on('close', () => {
        if (!response.writableEnded) this.abandoned.push(name);
      });
      request.resume();
      request.on('end', () => this.answer(request, response));
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Setting {
  client: Client;
  scale: SlowScale;
  directory: string;
}

/** A server over stdio or HTTP, in front of a slow Scale, with a client of the given era. */
async function open(way: 'stdio' | 'http', era: '2025' | '2026-07-28'): Promise<Setting> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slow-'));
  closers.push(() => rm(directory, { recursive: true }));
  const scale = new SlowScale();
  const env = {
    SCALE_API_KEY: 'live_0123456789abcdef0123456789abcdef',
    SCALE_API_BASE_URL: await scale.open(),
    SCALE_MCP_STATE_DIR: directory,
    SCALE_MCP_ALLOW_DIR: directory,
  };
  closers.push(() => scale.close());
  const mode = era === '2025' ? 'legacy' : ({ pin: era } as const);
  const client = new Client({ name: 'test-host', version: '1.0.0' }, { versionNegotiation: { mode } });
  if (way === 'http') {
    const server = await startHttp([], env);
    closers.push(() => server.stop());
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  } else {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI],
      stderr: 'ignore',
      env: { ...env, PATH: process.env['PATH'] ?? '' },
    });
    await client.connect(transport);
  }
  closers.push(() => client.close());
  return { client, scale, directory };
}

async function records(directory: string): Promise<Record<string, unknown>[]> {
  const folder = path.join(directory, 'audit');
  const files = await readdir(folder);
  const lines = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return lines
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Everywhere but over HTTP in the 2025 revisions, where a server without sessions cannot be told. */
const CANCELLABLE = [
  ['stdio', '2025'],
  ['stdio', '2026-07-28'],
  ['http', '2026-07-28'],
] as const;

describe.each(CANCELLABLE)('a call cancelled over %s at %s', (way, era) => {
  it('ends its request to Scale when it only reads', async () => {
    const { client, scale, directory } = await open(way, era);
    const controller = new AbortController();
    scale.answer = () => controller.abort('the user pressed stop');
    const call = client.callTool(
      { name: 'scale_ai_list_projects', arguments: {} },
      { signal: controller.signal },
    );
    await expect(call).rejects.toThrow(/stop|abort/i);
    await expect.poll(() => scale.abandoned).toEqual(['GET /v1/projects']);
    await expect
      .poll(() => records(directory))
      .toContainEqual(expect.objectContaining({ result: 'cancelled', outcome: 'no_effect' }));
  });

  it('is finished and recorded when it has started to create', async () => {
    const { client, scale, directory } = await open(way, era);
    const controller = new AbortController();
    scale.answer = (_request, response) => {
      controller.abort();
      setTimeout(() => response.end(JSON.stringify({ name: 'road-signs', type: 'imageannotation' })), 200);
    };
    const args = { name: 'road-signs', type: 'imageannotation' };
    const call = client.callTool(
      { name: 'scale_ai_create_project', arguments: args },
      { signal: controller.signal },
    );
    await expect(call).rejects.toThrow(/stop|abort/i);
    await expect
      .poll(() => records(directory))
      .toContainEqual(expect.objectContaining({ type: 'call', result: 'ok', outcome: 'done' }));
    expect(scale.abandoned).toEqual([]);
    expect(scale.asked).toEqual(['POST /v1/projects']);
  });
});

describe.each(['2025', '2026-07-28'] as const)('an upload over stdio at %s', (era) => {
  it('reports how far it is, rising to the whole', async () => {
    const { client, scale, directory } = await open('stdio', era);
    const file = path.join(directory, 'large.bin');
    await writeFile(file, Buffer.alloc(3_000_000));
    scale.answer = (_request, response) => response.end(JSON.stringify({ id: 'f1' }));
    const seen: { progress: number; total?: number | undefined }[] = [];
    await client.callTool(
      { name: 'scale_ai_upload_file', arguments: { file_path: file } },
      { onprogress: (progress) => seen.push(progress) },
    );
    expect(seen.at(-1)).toMatchObject({ progress: 3_000_000, total: 3_000_000 });
    const values = seen.map(({ progress }) => progress);
    expect(values).toEqual([...new Set(values)].toSorted((a, b) => a - b));
  });
});

describe.each(['2025', '2026-07-28'] as const)('a stored result over HTTP at %s', (era) => {
  it('reports its steps', async () => {
    const { client, scale } = await open('http', era);
    scale.answer = (request, response) => {
      const url = request.headers.host;
      const task = {
        task_id: 't1',
        status: 'completed',
        response: { annotations: { url: `http://${url}/v1/r.json` } },
      };
      response.end(JSON.stringify(request.url?.includes('/task/') ? task : [{ a: 1 }]));
    };
    const seen: string[] = [];
    await client.callTool(
      { name: 'scale_ai_get_secure_task_response_url', arguments: { task_id: 't1' } },
      { onprogress: ({ message }) => seen.push(message ?? '') },
    );
    expect(seen).toEqual([expect.stringContaining('annotations.url')]);
  });
});

describe('a server that is asked to stop', () => {
  it('takes nothing new, finishes what runs, and gives its answer', async () => {
    const scale = new SlowScale();
    const env = {
      SCALE_API_KEY: 'live_0123456789abcdef0123456789abcdef',
      SCALE_API_BASE_URL: await scale.open(),
    };
    closers.push(() => scale.close());
    const server = await startHttp(['--metrics-port', '0'], env);
    const client = new Client({ name: 'test-host', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    closers.push(() => client.close());
    let release: () => void = () => undefined;
    scale.answer = (_request, response) => {
      release = () => response.end(JSON.stringify({ name: 'road-signs', type: 'imageannotation' }));
    };
    const args = { name: 'road-signs', type: 'imageannotation' };
    const call = client.callTool({ name: 'scale_ai_create_project', arguments: args });
    await expect.poll(() => scale.asked).toHaveLength(1);
    const stopped = server.stop();
    await expect
      .poll(() =>
        fetch(server.url).then(
          ({ status, headers }) => [status, headers.get('retry-after')],
          () => 'closed',
        ),
      )
      .toEqual([503, '1']);
    release();
    expect((await call).isError).not.toBe(true);
    await stopped;
    expect(scale.abandoned).toEqual([]);
  });
});
