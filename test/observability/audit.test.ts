import { spawnSync } from 'node:child_process';
import { hostname, tmpdir } from 'node:os';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditFile } from '../../src/observability/audit/audit-file.ts';
import { openAuditTrail } from '../../src/observability/audit/audit-trail.ts';
import { auditFileName, auditFiles, verifyAudit } from '../../src/observability/audit/read-audit.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { GEOMETRIES, IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { AuditTrail } from '../../src/observability/audit/audit-trail.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'audit-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (more: object = {}): Promise<AuditTrail> =>
  openAuditTrail({
    directory,
    keepDays: 30,
    onFailure: 'stop-writes',
    version: '1.0.0',
    logger: createLogger('silent'),
    ...more,
  });

const intent = (id: string): Parameters<AuditTrail['recordIntent']>[0] => ({
  request_id: id,
  principal: 'ada',
  tool: 'scale_ai_create_batch',
  effect: 'create',
  consequences: [],
  mode: 'live',
  digest: 'd',
  args: {},
});

const linesOf = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the chain', () => {
  let lines: string[];
  let file = '';
  beforeEach(async () => {
    const auditSink = await open();
    await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        await auditSink.recordIntent(intent(id));
        await auditSink.record({ ...intent(id), result: 'ok', outcome: 'done', duration_ms: 1 });
      }),
    );
    await auditSink.close();
    ({ file } = auditSink);
    lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  });
  const verdictOn = async (changed: readonly string[]): Promise<string | undefined> => {
    await writeFile(file, `${changed.join('\n')}\n`);
    return (await verifyAudit(file)).fault;
  };

  it('holds as it was written, from start to end', async () => {
    expect(await verifyAudit(file)).toEqual({ records: 8, ended: true });
  });

  it.each<[string, (all: string[]) => string[]]>([
    ['a changed word', (all) => all.map((line, at) => (at === 2 ? line.replace('ada', 'bob') : line))],
    ['a removed record', (all) => all.toSpliced(3, 1)],
    ['a removed first record', (all) => all.slice(1)],
    ['two records swapped', (all) => all.with(2, all[3] ?? '').with(3, all[2] ?? '')],
    ['a record twice', (all) => all.toSpliced(3, 0, all[2] ?? '')],
    ['a line that is no record', (all) => all.toSpliced(3, 0, '{"type":"call"}')],
    ['an empty line', (all) => all.toSpliced(3, 0, '')],
    ['a line cut off', (all) => [...all.slice(0, -1), (all.at(-1) ?? '').slice(0, 40)]],
  ])('shows %s', async (_name, change) => {
    expect(await verdictOn(change(lines))).toMatch(/^line \d+ /);
  });

  it('shows that the end is missing', async () => {
    await writeFile(file, `${lines.slice(0, -2).join('\n')}\n`);
    expect(await verifyAudit(file)).toEqual({ records: 6, ended: false });
  });
});

describe('a process that was killed', () => {
  /** The file that a killed process leaves: its number is free again. */
  async function leaveBehind(host = hostname(), number?: number): Promise<void> {
    const pid = number ?? spawnSync(process.execPath, ['-e', '0']).pid;
    const auditSink = await open();
    await auditSink.recordIntent(intent('finished'));
    await auditSink.record({ ...intent('finished'), result: 'ok', outcome: 'done', duration_ms: 1 });
    await auditSink.recordIntent({ ...intent('lost'), identity: 'sign-1' });
    const text = await readFile(auditSink.file, 'utf8');
    await auditSink.close();
    await rm(auditSink.file);
    await writeFile(path.join(directory, auditFileName(new Date(Date.now() - 1_000), host, pid)), text);
  }

  it('has its unfinished calls reported as unknown, once', async () => {
    await leaveBehind();
    const first = await open();
    expect(await linesOf(first.file)).toContainEqual(
      expect.objectContaining({
        type: 'recovered',
        request_id: 'lost',
        identity: 'sign-1',
        outcome: 'unknown',
      }),
    );
    expect(await readFile(first.file, 'utf8')).not.toContain('finished');
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await open();
    expect(await readFile(second.file, 'utf8')).not.toContain('lost');
    await second.close();
  });

  it('in a container, where its successor has the same number, is recognised all the same', async () => {
    await leaveBehind(hostname(), process.pid);
    const next = await open();
    expect(await readFile(next.file, 'utf8')).toContain('"recovered"');
    await next.close();
  });

  it('of another machine is left alone while its calls may still run', async () => {
    await leaveBehind('elsewhere');
    const soon = await open();
    expect(await readFile(soon.file, 'utf8')).not.toContain('lost');
    await soon.close();
    const later = await open({ now: () => Date.now() + 3_600_000 });
    expect(await readFile(later.file, 'utf8')).toContain('lost');
    await later.close();
  });
});

it('deletes files that are older than they are to be kept', async () => {
  const old = path.join(directory, auditFileName(new Date(0), 'h', 1));
  await writeFile(old, '');
  await utimes(old, 0, 0);
  const auditSink = await open();
  expect(await auditFiles(directory)).toEqual([auditSink.file]);
  await auditSink.close();
});

describe('of calls', () => {
  it('an intent stands before the request, an outcome after it, and no content at all', async () => {
    const sandbox = await openSandbox();
    const auditSink = await open();
    const { baseUrl, keys } = sandbox.running;
    const bench = await openBench({ baseUrl, apiKey: keys.live, auditSink });
    await sandbox.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
    const made = outputOf(
      await bench.call('scale_ai_create_image_annotation_task', {
        project: 'p',
        attachment: `${IMAGE}?X-Amz-Signature=s3cr3t`,
        callback_url: 'https://user:s3cr3t@hooks.example.com/scale',
        geometries: GEOMETRIES,
        instruction: 'Secret plans of the house',
        metadata: { patient: 'John Doe' },
      }),
    );
    outputOf(await bench.call('scale_ai_get_project', { project_name: 'p' }));
    errorOf(await bench.call('scale_ai_get_batch', {}));
    await bench.close();
    await auditSink.close();
    await sandbox.running.close();
    const { task_id } = made['task'] as { task_id: string };
    const [, intended, done, read, refused] = await linesOf(auditSink.file);
    expect(intended).toMatchObject({
      type: 'intent',
      tool: 'scale_ai_create_image_annotation_task',
      consequences: ['billable'],
      project: 'p',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      args: {
        project: 'p',
        attachment: IMAGE,
        callback_url: 'https://hooks.example.com/scale',
        instruction: '[27 characters]',
        metadata: '[22 characters]',
      },
    });
    expect(done).toMatchObject({ type: 'call', result: 'ok', outcome: 'done', touched: [task_id, 'p'] });
    expect(done?.['request_id']).toBe(intended?.['request_id']);
    expect(read).toMatchObject({ type: 'call', tool: 'scale_ai_get_project', outcome: 'no_effect' });
    expect(refused).toMatchObject({ type: 'call', result: 'invalid_arguments', outcome: 'not_sent' });
    const text = await readFile(auditSink.file, 'utf8');
    expect(text).not.toMatch(/Secret plans|John Doe|s3cr3t/);
    expect(text).not.toContain(keys.live);
  });

  it('a disk that takes no more stops what would change something, not reads; unless told otherwise', async () => {
    const sandbox = await openSandbox();
    const { baseUrl, keys } = sandbox.running;
    for (const onFailure of ['stop-writes', 'continue']) {
      const auditSink = await open({ onFailure, directory: path.join(directory, onFailure) });
      await auditSink.close(); // a closed file takes no more either
      const bench = await openBench({ baseUrl, apiKey: keys.live, auditSink });
      outputOf(await bench.call('scale_ai_list_projects', {}));
      const result = await bench.call('scale_ai_create_project', {
        name: onFailure,
        type: 'imageannotation',
      });
      if (onFailure === 'continue') outputOf(result);
      else expect(errorOf(result)).toMatchObject({ code: 'audit_unavailable', outcome: 'not_sent' });
      await bench.close();
    }
    const { body } = await sandbox.live('GET', '/projects');
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['continue']);
    await sandbox.running.close();
  });
});

describe('records that nobody waits for', () => {
  const numbersIn = async ({ path: file }: AuditFile): Promise<unknown[]> =>
    (await readFile(file, 'utf8')) === '' ? [] : (await linesOf(file)).map(({ number }) => number);
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are gathered, and kept a moment later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const file = await AuditFile.create(directory, 'gathered.audit.jsonl');
    const kept = [1, 2, 3].map((number) => file.append({ number }, { isAwaited: false }));
    expect(await numbersIn(file)).toEqual([]);
    vi.advanceTimersByTime(20);
    await Promise.all(kept);
    expect(await numbersIn(file)).toEqual([1, 2, 3]);
    await file.close();
  });

  it('are on disk with the next one that somebody waits for, in their order', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const file = await AuditFile.create(directory, 'awaited.audit.jsonl');
    void file.append({ number: 1 }, { isAwaited: false });
    await file.append({ number: 2 });
    expect(await numbersIn(file)).toEqual([1, 2]);
    void file.append({ number: 3 }, { isAwaited: false });
    await file.close();
    expect(await numbersIn(file)).toEqual([1, 2, 3]);
    expect(await verifyAudit(file.path)).toMatchObject({ records: 3 });
  });
});
