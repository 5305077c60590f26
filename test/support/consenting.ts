import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI, startHttp } from './hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

export type Said = 'yes' | 'no' | 'unchecked' | 'unfilled' | 'cancel' | 'at once';

/** Nobody reads a question and refuses it faster. */
const READING_MS = 3_100;
export type Era = '2025' | '2026-07-28';

/** The emulator that the servers of a test are pointed to; another one for each test. */
export let sandbox: OpenSandbox;
export const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation', rapid: true });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'b1' });
  await addTask();
  await sandbox.control('DELETE', '/requests');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await sandbox.running.close();
});

export const GEOMETRIES = { box: { objects_to_annotate: ['car'] } };
let pictures = 0;
export async function addTask(): Promise<void> {
  pictures += 1;
  const attachment = `https://x.example/${pictures}.jpg`;
  await sandbox.live('POST', '/task/imageannotation', { batch: 'b1', attachment, geometries: GEOMETRIES });
}

export const writes = async (): Promise<string[]> => {
  const { requests } = (await sandbox.control('GET', '/requests')).body as {
    requests: { method: string; path: string }[];
  };
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
};

interface Person {
  answers: Said[];
  /** Something that happens while the person thinks. */
  meanwhile?: () => Promise<void>;
}

export interface Asked {
  client: Client;
  questions: string[];
}

const environment = (key = sandbox.running.keys.live): Record<string, string> => ({
  SCALE_API_KEY: key,
  SCALE_API_BASE_URL: sandbox.running.baseUrl,
});

/** A client whose user answers as told; without a user it cannot ask. */
export async function open(
  way: 'stdio' | 'http',
  era: Era,
  { person, args = [], key }: { person?: Person; args?: string[]; key?: string } = {},
): Promise<Asked> {
  const mode = era === '2025' ? 'legacy' : ({ pin: era } as const);
  const client = new Client(
    { name: 'test-host', version: '1.0.0' },
    { versionNegotiation: { mode }, ...(person && { capabilities: { elicitation: { form: {} } } }) },
  );
  const questions: string[] = [];
  if (person) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      questions.push(params.message);
      await person.meanwhile?.();
      const said = person.answers.shift() ?? 'cancel';
      if (said === 'no' || said === 'unchecked') await sleep(READING_MS);
      if (said === 'at once') return { action: 'decline' };
      if (said === 'cancel') return { action: 'cancel' };
      if (said === 'unfilled') return { action: 'accept', content: {} };
      return said === 'no' ? { action: 'decline' } : { action: 'accept', content: { agree: said === 'yes' } };
    });
  }
  if (way === 'http') {
    const server = await startHttp(args, environment(key));
    closers.push(() => server.stop());
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  } else {
    const directory = await mkdtemp(path.join(tmpdir(), 'consent-'));
    closers.push(() => rm(directory, { recursive: true, maxRetries: 5 })); // a process that shows a question may still write there
    const env = { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: directory, ...environment(key) };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [CLI, ...args], stderr: 'ignore', env }),
    );
  }
  closers.push(() => client.close());
  return { client, questions };
}

export async function call(
  { client }: Asked,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { content } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return JSON.parse(first?.type === 'text' ? first.text : '{}') as Record<string, unknown>;
}

export const finalize = (asked: Asked): Promise<Record<string, unknown>> =>
  call(asked, 'scale_ai_finalize_batch', { batch_name: 'b1' });
