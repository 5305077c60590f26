import { beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, addTask, call, finalize, open, sandbox, writes } from '../support/consenting.ts';
import type { Asked, Said } from '../support/consenting.ts';

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
    await sandbox.live('POST', '/task/imageannotation', {
      batch,
      attachment: 'https://x.example/q.jpg',
      geometries: GEOMETRIES,
    });
    const asked = await open('stdio', '2025', { person: { answers: ['no'] } });
    await call(asked, 'scale_ai_finalize_batch', { batch_name: batch });
    const lines = (asked.questions[0] ?? '').split('\n');
    expect(lines.filter((line) => line.startsWith('Tasks:'))).toEqual(['Tasks: 1']);
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
