import { spawn } from 'node:child_process';
import { randomBytes, createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { ChildProcess } from 'node:child_process';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'dist/cli.js');

/** A labeler takes this long, so that nothing ends before the clock is moved. */
const TURNAROUND_MS = 3_600_000;
const GEOMETRIES = { box: { objects_to_annotate: ['traffic_sign', 'car'] } };

/** Parts of a result that comes near the 80,000 characters that the server sends at most. */
export const MARKS = 1_500;

/** One sandbox and one HTTP server for all programs, and what the scenarios find there. */
export interface Place {
  /** The command of a server over stdio; each has its own state, and all the same sandbox. */
  command(name: string, args: readonly string[]): string[];
  /** A server over HTTP that was started with these arguments: one for all that give the same. */
  url(args: readonly string[]): Promise<string>;
  token: string;
  /** A completed task with a photograph. */
  pictureTask: string;
  ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** An empty folder that is deleted with the rest. */
  folder(name: string): Promise<string>;
  close(): Promise<void>;
}

type Ask = Place['ask'];

function askAt({ baseUrl, keys }: RunningSandbox): Ask {
  return async (method, where, body) => {
    const answer = await fetch(baseUrl + where, {
      method,
      headers: { authorization: `Bearer ${keys.live}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok && method === 'POST') throw new Error(JSON.stringify(said));
    return said;
  };
}

async function uploadPhoto({ baseUrl, keys }: RunningSandbox): Promise<string> {
  const form = new FormData();
  const photo = await readFile(path.join(ROOT, 'examples/road-signs/busy-street.jpg'));
  form.append('file', new Blob([new Uint8Array(photo)]), 'busy-street.jpg');
  const headers = { authorization: `Bearer ${keys.live}` };
  const answer = await fetch(`${baseUrl}/files/upload`, { method: 'POST', headers, body: form });
  return ((await answer.json()) as { attachment_url: string }).attachment_url;
}

/** What people have done before: a photograph that is labeled, a long batch that nobody has begun, a large task. */
async function furnish(sandbox: RunningSandbox, ask: Ask): Promise<string> {
  await ask('POST', '/projects', { name: 'photos', type: 'imageannotation' });
  const attachment = await uploadPhoto(sandbox);
  const task = await ask('POST', '/task/imageannotation', {
    project: 'photos',
    attachment,
    geometries: GEOMETRIES,
  });
  await fetch(`${sandbox.origin}/_sandbox/time`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance_ms: 2 * TURNAROUND_MS }),
  });
  await ask('POST', '/projects', { name: 'long', type: 'imageannotation' });
  await ask('POST', '/batches', { project: 'long', name: 'long-1' });
  for (let index = 0; index < 10; index += 1) {
    const attachment = `https://example.com/${index}.jpg`;
    await ask('POST', '/task/imageannotation', { batch: 'long-1', attachment, geometries: GEOMETRIES });
  }
  const marks = Array.from(
    { length: MARKS },
    (_, index) => `mark-${index} of the night camera at the bridge`,
  );
  await ask('POST', '/task/imageannotation', {
    project: 'long',
    attachment: 'https://example.com/large.jpg',
    geometries: GEOMETRIES,
    unique_id: 'large',
    instruction: marks.join('\n'),
  });
  return String(task['task_id']);
}

async function startHttp(args: readonly string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [CLI, 'http', '--port', '0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(text) ?? [];
      if (found) resolve(found);
    });
  });
  return { url, child };
}

export async function openPlace(): Promise<Place> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'frameworks-'));
  const sandbox = await startSandbox({ seed: 'empty', turnaroundMs: TURNAROUND_MS });
  const ask = askAt(sandbox);
  const pictureTask = await furnish(sandbox, ask);

  const keyFile = path.join(scratch, 'key');
  await writeFile(keyFile, sandbox.keys.live, { mode: 0o600 });
  const reach = ['--api-key-file', keyFile, '--api-base-url', sandbox.baseUrl];

  const token = `fw_${randomBytes(24).toString('base64url')}`;
  const config = path.join(scratch, 'server.json');
  const role = {
    effects: ['read', 'create', 'update', 'delete'],
    consequences: ['billable', 'emails', 'irreversible', 'replaces', 'grants_access'],
    toolsets: ['all'],
  };
  const entry = {
    name: 'ada',
    sha256: createHash('sha256').update(token).digest('hex'),
    role: 'all',
    expires: new Date(Date.now() + 86_400_000),
  };
  await writeFile(config, JSON.stringify({ auth: 'tokens', roles: { all: role }, tokens: [entry] }));
  const servers = new Map<string, ReturnType<typeof startHttp>>();
  const serverWith = (args: readonly string[]): ReturnType<typeof startHttp> => {
    const state = ['--state-dir', path.join(scratch, `http-${servers.size}`)];
    const key = args.join(' ');
    const server = servers.get(key) ?? startHttp([...reach, ...args, '--config', config, ...state]);
    servers.set(key, server);
    return server;
  };

  return {
    command: (name, args) => {
      const state = ['--state-dir', path.join(scratch, 'stdio', name)];
      return [process.execPath, CLI, ...reach, ...args, ...state];
    },
    url: async (args) => (await serverWith(args)).url,
    token,
    pictureTask,
    ask,
    async folder(name) {
      const folder = path.join(scratch, 'work', name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    async close() {
      for (const { child } of await Promise.all(servers.values())) child.kill('SIGTERM');
      await sandbox.close();
      await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
