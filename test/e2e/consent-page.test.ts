import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { click } from '../support/click-approval.ts';
import { call, closers, finalize, open, sandbox, writes } from '../support/consenting.ts';
import type { Era } from '../support/consenting.ts';

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

  it('is asked once for a call that is made again with another time to wait', async () => {
    const asked = await open('stdio', '2025', { args: ['--toolsets', 'all'] });
    const cancel = (seconds: number): Promise<Record<string, unknown>> =>
      call(asked, 'scale_ai_cancel_batch', { batch_name: 'b1', wait_seconds: seconds });
    const { error } = (await cancel(0)) as { error: { approve_at: string } };
    await click(error.approve_at, 'yes');
    expect(await cancel(20)).not.toHaveProperty('error');
    expect(await writes()).toContainEqual(expect.stringMatching(/^POST .*\/cancel/));
  });

  it('gets the page, too, where the client accepts a form that nobody filled in', async () => {
    const asked = await open('stdio', '2025', { person: { answers: ['unfilled'] } });
    const { error } = (await finalize(asked)) as { error: { code: string; approve_at: string } };
    expect(error).toMatchObject({ code: 'confirmation_required', plan: PLAN });
    expect(asked.questions).toHaveLength(1);
    await click(error.approve_at, 'yes');
    expect(await finalize(asked)).toMatchObject({ summary: expect.stringContaining('Finalized') });
  });

  it('finds the page still there when the host has ended the server, until it is answered', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'consents-'));
    closers.push(() => rm(directory, { recursive: true, maxRetries: 5 }));
    const args = ['--state-dir', directory];
    const first = await open('stdio', '2025', { args });
    const { error } = (await finalize(first)) as { error: { approve_at: string } };
    await first.client.close();
    const isThere = async (): Promise<boolean> =>
      fetch(error.approve_at).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isThere, { timeout: 10_000 }).toBe(true);
    await click(error.approve_at, 'yes');
    await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
    const second = await open('stdio', '2025', { args });
    expect(await finalize(second)).toMatchObject({ summary: expect.stringContaining('Finalized') });
  });

  it('finds in the next process what was asked for and decided in the ones before', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'consents-'));
    closers.push(() => rm(directory, { recursive: true, maxRetries: 5 }));
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

describe('what Scale would refuse', () => {
  it.each([
    [
      'a task that is not there',
      'scale_ai_cancel_task',
      { task_id: '65f0c1d2e4b0a90012ab34cd' },
      'not_found',
    ],
    ['a verdict on a task that is pending', 'scale_ai_audit_task', { accepted: true }, 'invalid_arguments'],
  ])('is refused without a question: %s', async (_what, tool, args, code) => {
    const { body } = await sandbox.live('GET', '/tasks?batch=b1');
    const [task] = (body as { docs: { task_id: string }[] }).docs;
    const asked = await open('stdio', '2025', { person: { answers: ['yes'] } });
    const { error } = await call(asked, tool, { task_id: task?.task_id, ...args });
    expect(error).toMatchObject({ code });
    expect(await writes()).toEqual([]);
    expect(asked.questions).toEqual([]);
  });
});
