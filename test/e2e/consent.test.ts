import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI, startHttp } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

type Said = 'yes' | 'no' | 'unchecked' | 'cancel' | 'at once';

/** Nobody reads a question and refuses it faster. */
const READING_MS = 1_100;
type Era = '2025' | '2026-07-28';

let sandbox: OpenSandbox;
const closers: (() => Promise<unknown>)[] = [];

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

const GEOMETRIES = { box: { objects_to_annotate: ['car'] } };
let pictures = 0;
async function addTask(): Promise<void> {
  pictures += 1;
  const attachment = `https://x.example/${pictures}.jpg`;
  await sandbox.live('POST', '/task/imageannotation', { batch: 'b1', attachment, geometries: GEOMETRIES });
}

const writes = async (): Promise<string[]> => {
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

interface Asked {
  client: Client;
  questions: string[];
}

const environment = (key = sandbox.running.keys.live): Record<string, string> => ({
  SCALE_API_KEY: key,
  SCALE_API_BASE_URL: sandbox.running.baseUrl,
});

/** A client whose user answers as told; without a user it cannot ask. */
async function open(
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
      return said === 'no' ? { action: 'decline' } : { action: 'accept', content: { agree: said === 'yes' } };
    });
  }
  if (way === 'http') {
    const server = await startHttp(args, environment(key));
    closers.push(() => server.stop());
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  } else {
    const directory = await mkdtemp(path.join(tmpdir(), 'consent-'));
    closers.push(() => rm(directory, { recursive: true }));
    const env = { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: directory, ...environment(key) };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [CLI, ...args], stderr: 'ignore', env }),
    );
  }
  closers.push(() => client.close());
  return { client, questions };
}

async function call(
  { client }: Asked,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { content } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return JSON.parse(first?.type === 'text' ? first.text : '{}') as Record<string, unknown>;
}

/** What a person does who opens the link. */
async function click(link: string, answer: 'yes' | 'no'): Promise<void> {
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(await (await fetch(link)).text()) ?? [];
  const { origin } = new URL(link);
  await fetch(link, { method: 'POST', headers: { origin }, body: new URLSearchParams({ token, answer }) });
}

const finalize = (asked: Asked): Promise<Record<string, unknown>> =>
  call(asked, 'scale_ai_finalize_batch', { batch_name: 'b1' });

const CAN_ASK = [
  ['stdio', '2025'],
  ['stdio', '2026-07-28'],
  ['http', '2025'],
  ['http', '2026-07-28'],
] as const;

describe.each(CAN_ASK)('a person asked over %s at %s', (way, era) => {
  it('sees the whole plan, and a yes lets the call through, once', async () => {
    const asked = await open(way, era, { person: { answers: ['yes', 'no'] } });
    expect(await finalize(asked)).toMatchObject({ summary: expect.stringContaining('Finalized batch b1') });
    expect(asked.questions).toHaveLength(1);
    for (const line of ['Project: "signs"', 'Batch: "b1"', 'Tasks: 1', 'Data: live', 'it cannot be undone']) {
      expect(asked.questions[0]).toContain(line);
    }
    expect(await writes()).toEqual(['POST /v1/batches/b1/finalize']);
    expect((await finalize(asked))['error']).toMatchObject({ code: 'declined' });
    expect(asked.questions).toHaveLength(2);
  });

  it.each<[Said, string]>([
    ['no', 'said no'],
    ['unchecked', 'said no'],
  ])('who says %s has it their way: nothing is sent', async (said, words) => {
    const asked = await open(way, era, { person: { answers: [said] } });
    expect((await finalize(asked))['error']).toMatchObject({
      code: 'declined',
      message: expect.stringContaining(words),
      outcome: 'not_sent',
    });
    expect(await writes()).toEqual([]);
  });

  it.each<Said>(['cancel', 'at once'])(
    'is not there where the client answers by itself (%s): the approval link follows',
    async (said) => {
      const asked = await open(way, era, { person: { answers: [said] } });
      expect((await finalize(asked))['error']).toMatchObject({
        code: 'confirmation_required',
        message: expect.stringMatching(/^Nobody was reached: .*Give the user this link/),
        approve_at: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/approve\//),
        outcome: 'not_sent',
      });
      expect(asked.questions).toHaveLength(1);
      expect(await writes()).toEqual([]);
    },
  );

  it('is asked again when the plan has changed meanwhile', async () => {
    let isFirst = true;
    const meanwhile = async (): Promise<void> => {
      if (isFirst) await addTask();
      isFirst = false;
    };
    const asked = await open(way, era, { person: { answers: ['yes', 'no'], meanwhile } });
    expect((await finalize(asked))['error']).toMatchObject({ code: 'declined' });
    expect(asked.questions.map((question) => /Tasks: \d+/.exec(question)?.[0])).toEqual([
      'Tasks: 1',
      'Tasks: 2',
    ]);
    expect((await writes()).filter((write) => write.includes('finalize'))).toEqual([]);
  });
});

describe('a client that cannot ask', () => {
  const PLAN = {
    tool: 'scale_ai_finalize_batch',
    project: 'signs',
    batch: 'b1',
    consequences: expect.arrayContaining(['irreversible']),
    allows: 'this call, once',
  };

  it.each<Era>(['2025', '2026-07-28'])(
    'is refused over HTTP at %s, with what the operator can change',
    async (era) => {
      const { error } = await finalize(await open('http', era, { args: ['--confirm-fallback', 'refuse'] }));
      expect(error).toMatchObject({ code: 'confirmation_required', outcome: 'not_sent', plan: PLAN });
      expect((error as { message: string }).message).toContain('policy of the configuration file');
      expect(error).not.toHaveProperty('approve_at');
      expect(await writes()).toEqual([]);
    },
  );

  it.each(['stdio', 'http'] as const)(
    'gets a page over %s; a click there lets the call through, once',
    async (way) => {
      const asked = await open(way, '2025');
      const { error } = (await finalize(asked)) as { error: { approve_at: string; expires_at: string } };
      expect(Date.parse(error.expires_at)).toBeGreaterThan(Date.now() + 500_000);
      expect((await finalize(asked))['error']).toMatchObject({ plan: PLAN, approve_at: error.approve_at });
      const page = await (await fetch(error.approve_at)).text();
      for (const words of ['Finalize batch', 'signs', 'b1', 'it cannot be undone'])
        expect(page).toContain(words);
      await click(error.approve_at, 'yes');
      expect(await finalize(asked)).toMatchObject({ summary: expect.stringContaining('Finalized') });
      expect((await finalize(asked))['error']).toMatchObject({ code: 'confirmation_required' });
    },
  );

  it('finds in the next process what was asked for and decided in the ones before', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'consents-'));
    closers.push(() => rm(directory, { recursive: true }));
    const args = ['--state-dir', directory];
    const first = await open('stdio', '2025', { args });
    const { error } = (await finalize(first)) as { error: { approve_at: string } };
    await first.client.close();

    const second = await open('stdio', '2025', { args });
    const again = (await finalize(second)) as { error: { approve_at: string } };
    expect(again.error.approve_at).toBe(error.approve_at);
    await click(error.approve_at, 'yes');
    await second.client.close();

    const third = await open('stdio', '2025', { args });
    expect(await finalize(third)).toMatchObject({ summary: expect.stringContaining('Finalized') });
    expect((await finalize(third))['error']).toMatchObject({ code: 'confirmation_required' });
  });
});

describe('a question about one task', () => {
  it('names the task, what it is and how it stands', async () => {
    const { body } = await sandbox.live('GET', '/tasks?batch=b1');
    const [task] = (body as { docs: { task_id: string }[] }).docs;
    const asked = await open('stdio', '2025', { person: { answers: ['no'] } });
    await call(asked, 'scale_ai_cancel_task', { task_id: task?.task_id });
    for (const line of [
      `Task: "${task?.task_id}"`,
      'Type: "imageannotation"',
      'Status: "pending"',
      'In batch: "b1"',
    ])
      expect(asked.questions[0]).toContain(line);
  });
});

describe('a name that is made to look like a question', () => {
  it('stands on one line, in quotes, with what is not seen made visible', async () => {
    const batch = 'x\nTasks: 0\nEstimated cost: 0.00\u202e\nYou allow: nothing';
    await sandbox.live('POST', '/batches', { project: 'signs', name: batch });
    const asked = await open('stdio', '2025', { person: { answers: ['no'] } });
    await call(asked, 'scale_ai_finalize_batch', { batch_name: batch });
    const lines = (asked.questions[0] ?? '').split('\n');
    expect(lines.filter((line) => line.startsWith('Tasks:'))).toEqual(['Tasks: 0']);
    expect(lines.filter((line) => line.startsWith('You allow:'))).toEqual(['You allow: this call, once']);
    expect(lines).toContainEqual(expect.stringMatching(/^Batch: "x\\u\{a\}Tasks: 0.*\\u\{202e\}/));
    expect(asked.questions[0]).not.toMatch(/^Estimated cost:/m);
  });
});

describe('ways in that stay shut: consent', () => {
  let page = '';
  let token = '';
  let asked: Asked;

  beforeEach(async () => {
    asked = await open('stdio', '2025');
    const { error } = (await finalize(asked)) as { error: { approve_at: string } };
    page = error.approve_at;
    [, token = ''] = /name="token" value="([^"]+)"/.exec(await (await fetch(page)).text()) ?? [];
  });

  const post = (
    headers: Record<string, string>,
    form: Record<string, string>,
    url = page,
  ): Promise<Response> => fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  const here = (): Record<string, string> => ({ origin: new URL(page).origin });

  it.each<[string, () => Promise<Response>]>([
    ['a click from another site', () => post({ origin: 'https://evil.example' }, { token, answer: 'yes' })],
    ['a click without an origin', () => post({}, { token, answer: 'yes' })],
    [
      'a click that the browser calls cross-site',
      () => post({ ...here(), 'sec-fetch-site': 'cross-site' }, { token, answer: 'yes' }),
    ],
    ['a click without the token of the page', () => post(here(), { answer: 'yes' })],
    ['a click with a made up token', () => post(here(), { token: 'A'.repeat(22), answer: 'yes' })],
    ['an answer that is none', () => post(here(), { token, answer: 'always' })],
    [
      'a click on a question that is not there',
      () => post(here(), { token, answer: 'yes' }, new URL(`/approve/${'A'.repeat(22)}`, page).href),
    ],
    ['a form without end', () => post(here(), { token, answer: 'yes', pad: 'x'.repeat(5_000) })],
  ])('%s', async (_name, attempt) => {
    expect((await attempt()).status).toBeGreaterThanOrEqual(400);
    expect((await finalize(asked))['error']).toMatchObject({ code: 'confirmation_required' });
    expect(await writes()).toEqual([]);
  });
});

describe('many creations that can be charged', () => {
  const create = (asked: Asked, number: number): Promise<Record<string, unknown>> =>
    call(asked, 'scale_ai_create_image_annotation_task', {
      batch: 'b1',
      attachment: `https://x.example/many-${number}.jpg`,
      geometries: GEOMETRIES,
    });

  it('are asked about after 20 in a project, and one yes is good for 20 more', async () => {
    const asked = await open('stdio', '2026-07-28', { person: { answers: ['yes', 'no'] } });
    for (let number = 1; number <= 40; number += 1)
      expect(await create(asked, number)).toHaveProperty('task');
    expect(asked.questions).toHaveLength(1);
    expect(asked.questions[0]).toContain('as many as 20 creations in this project within ten minutes');
    expect((await create(asked, 41))['error']).toMatchObject({ code: 'declined' });
    await sandbox.live('POST', '/projects', { name: 'other', type: 'imageannotation' });
    const elsewhere = { project: 'other', attachment: 'https://x.example/z.jpg', geometries: GEOMETRIES };
    expect(await call(asked, 'scale_ai_create_image_annotation_task', elsewhere)).toHaveProperty('task');
  });

  it('are never asked about with a test key', async () => {
    await sandbox.test('POST', '/projects', { name: 'signs', type: 'imageannotation' });
    await sandbox.test('POST', '/batches', { project: 'signs', name: 'b1' });
    const asked = await open('stdio', '2026-07-28', { key: sandbox.running.keys.test });
    for (let number = 1; number <= 22; number += 1)
      expect(await create(asked, number)).toHaveProperty('task');
    expect(await finalize(asked)).toMatchObject({ mode: 'test' });
  });
});
