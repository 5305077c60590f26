import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCallPath } from '../../src/invocation/call-path.ts';
import { LookUps } from '../../src/invocation/lookups.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { EventLog } from '../../src/work/events/event-log.ts';
import { Readable } from '../../src/work/events/readable.ts';
import { jobKinds } from '../../src/work/job-kinds.ts';
import { dispatchHere } from '../../src/work/jobs/dispatch.ts';
import { JobEngine } from '../../src/work/jobs/engine.ts';
import { lazyRoom } from '../../src/work/lazy-room.ts';
import { Pollers } from '../../src/work/results/pollers.ts';
import { openDiskStore } from '../../src/work/store/disk-store.ts';
import { workFor } from '../../src/work/work-for.ts';
import type { Caller } from '../../src/access/caller.ts';
import type { InvokerDeps } from '../../src/invocation/flow.ts';
import type { ScaleClient } from '../../src/scale/client.ts';
import type { WorkPace } from '../../src/work/jobs/items.ts';
import type { PollTiming } from '../../src/work/results/pollers.ts';
import type { WorkRoom } from '../../src/work/work-room.ts';

interface TestWorkOptions {
  caller: Caller;
  scale: ScaleClient | undefined;
  deps: () => InvokerDeps;
  rates: Record<string, number>;
  stateDir?: string | undefined;
  pollTiming?: PollTiming | undefined;
  takesCallbacks?: boolean | undefined;
}

const PACE: WorkPace = {
  concurrency: 8,
  perSecond: 1_000,
  timing: { now: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
};

/** Short, since the sandbox's clock is advanced by hand. */
const POLLING: PollTiming = { firstMs: 20, longestMs: 200, growth: 1.5, leastMs: 0 };

export interface TestWork {
  workFor: InvokerDeps['workFor'];
  room: () => Promise<WorkRoom>;
  close: () => Promise<void>;
}

/** Long work of one caller, kept in a directory of its own that is gone with it. */
export function openTestWork({
  caller,
  scale,
  deps,
  rates,
  stateDir,
  pollTiming = POLLING,
  takesCallbacks = true,
}: TestWorkOptions): TestWork {
  const owner = { principal: caller.principal, mode: caller.mode ?? 'live', keyId: 'test', ownKey: false };
  const lookUps = new LookUps(() => performance.now());
  const open = async (): Promise<{ room: WorkRoom; directory: string }> => {
    const directory = await mkdtemp(path.join(tmpdir(), 'work-test-'));
    const store = await openDiskStore(stateDir ?? directory, createLogger('silent'));
    const logger = createLogger('silent');
    const pollers = new Pollers(store, pollTiming);
    const events = new EventLog({ store, configured: takesCallbacks, now: Date.now });
    const engine = new JobEngine({
      store,
      kinds: jobKinds(PACE, pollers),
      pathFor({ id: job, created_at: createdAt }, { signal }) {
        if (!scale) return { refused: 'no key' };
        const parts = { deps: deps(), catalog: deps().findTool, caller, scale, mode: owner.mode, lookUps };
        return { path: openCallPath({ ...parts, stop: signal, job, startedAt: Date.parse(createdAt) }) };
      },
      logger,
      dispatch: (run) => dispatchHere(run, logger),
      now: Date.now,
    });
    const readable = new Readable(owner.keyId, Date.now);
    return {
      room: { store, engine, pollers, events, readable, rates, currency: 'USD', now: Date.now },
      directory,
    };
  };
  const lazy = lazyRoom(open, { what: 'the directory cannot be used', setting: '--state-dir' });
  const room = async (): Promise<WorkRoom> => (await lazy.get()).room;
  return {
    room,
    workFor: ({ caller: _caller, ...scope }) =>
      workFor(room, { ...scope, viewer: { owner, projects: caller.projects } }),
    async close() {
      const opened = await lazy.opened();
      if (!opened) return;
      const { room: used, directory } = opened;
      await used.engine.close();
      await used.store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
