import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { dispatchHere } from '../../src/work/jobs/dispatch.ts';
import { JobEngine } from '../../src/work/jobs/engine.ts';
import { openDiskStore } from '../../src/work/store/disk-store.ts';
import { openBench } from '../support/invoke-tool.ts';
import type { JobKind } from '../../src/work/jobs/job-context.ts';
import type { Hold, WorkStore } from '../../src/work/store/work-store.ts';
import type { Bench } from '../support/invoke-tool.ts';

const logger = createLogger('silent');
const owner = { principal: 'tester', mode: 'sandbox' as const, keyId: 'test', ownKey: false };
const viewer = { owner };
const JOB = { id: 'job_1', kind: 'count', tool: 'scale_ai_submit_plan', owner, title: 'Count', input: {} };
const SOON = { ms: 5_000, signal: new AbortController().signal };

let directory: string;
let store: WorkStore;
let bench: Bench;
const engines: JobEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'engine-'));
  store = await openDiskStore(directory, logger);
  bench = await openBench({ apiKey: 'test_0123456789abcdef0123456789abcdef' });
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  await bench.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** An engine over a store that a test may bend. */
function engineOver(bent: Partial<WorkStore>, count: JobKind): JobEngine {
  const engine = new JobEngine({
    store: { ...store, ...bent },
    kinds: { count },
    pathFor: (_job, { signal }) => ({ path: bench.pathWith(signal) }),
    logger,
    dispatch: (run) => dispatchHere(run, logger),
    now: Date.now,
  });
  engines.push(engine);
  return engine;
}

describe('a job', () => {
  it('is tried again while its end cannot be written down, and ends no process', async () => {
    let failing = 3;
    const engine = engineOver(
      {
        put: async (kind, id, document) => {
          if ('ended_at' in document && (failing -= 1) >= 0) throw new Error('the disk is full');
          return store.put(kind, id, document);
        },
      },
      async () => undefined,
    );
    await engine.start(JOB);
    expect(await engine.watch(viewer, JOB.id, SOON)).toMatchObject({ state: 'done' });
  });

  it('that another process took over and ended is not written over by the one that was stopped', async () => {
    let held = true;
    const wake = new AbortController();
    const begun = new AbortController();
    const bent: Partial<WorkStore> = {
      hold: async (name): Promise<Hold | undefined> => {
        const hold = await store.hold(name);
        return hold && { ...hold, isHeld: async () => held };
      },
    };
    const stopped = engineOver(bent, async ({ progress }) => {
      begun.abort();
      await once(wake.signal, 'abort');
      progress({ done: 1 });
      return undefined;
    });
    await stopped.start(JOB);
    if (!begun.signal.aborted) await once(begun.signal, 'abort');
    held = false;
    const ended = { ...(await stopped.get(viewer, JOB.id)), state: 'done' as const, done: 7 };
    await store.put('jobs', JOB.id, ended);
    wake.abort();
    await sleep(100);
    expect(await stopped.get(viewer, JOB.id)).toMatchObject({ state: 'done', done: 7 });
  });

  it('begun again just while it ends runs once more', async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const engine = engineOver(
      {
        hold: async (name) => {
          const hold = await store.hold(name);
          const release = async (): Promise<void> => {
            await new Promise<void>((resolve) => ends.push(resolve));
            await hold?.release();
          };
          return hold && { ...hold, isHeld: () => hold.isHeld(), release };
        },
      },
      async () => {
        runs += 1;
        return undefined;
      },
    );
    await engine.start(JOB);
    await engine.watch(viewer, JOB.id, SOON);
    await engine.start(JOB);
    await expect.poll(() => ends.splice(0).map((end) => end()).length + runs, { timeout: 5_000 }).toBe(3);
    expect(runs).toBe(2);
    for (const end of ends.splice(0)) end();
  });

  it('that has just ended is not said to be cancelled', async () => {
    const engine = engineOver({}, async () => undefined);
    await engine.start(JOB);
    await engine.watch(viewer, JOB.id, SOON);
    const inBetween = await engine.get(viewer, JOB.id);
    const late = engineOver(
      {
        get: async (kind, id) =>
          kind === 'jobs' && id === JOB.id && (await store.get('cancels', id)) === undefined
            ? { ...inBetween, state: 'queued' }
            : store.get(kind, id),
      },
      async () => undefined,
    );
    expect(await late.cancel(viewer, JOB.id)).toMatchObject({ state: 'done' });
  });
});
