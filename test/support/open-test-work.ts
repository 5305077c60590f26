import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openScaleAccess } from '../../src/invocation/open-scale-access.ts';
import { LookUps } from '../../src/invocation/lookups.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { EventLog } from '../../src/work/events/event-log.ts';
import { Readable } from '../../src/work/events/readable.ts';
import { jobKinds } from '../../src/work/job-kinds.ts';
import { dispatchHere } from '../../src/work/jobs/dispatch.ts';
import { JobEngine } from '../../src/work/jobs/engine.ts';
import { exclusiveAccess } from '../../src/work/exclusive-access.ts';
import { lazily } from '../../src/work/lazy.ts';
import { Pollers } from '../../src/work/results/pollers.ts';
import { LocalCopies } from '../../src/work/local-copies.ts';
import { openSqlite } from '../../src/state/sqlite.ts';
import { jobServicesFor } from '../../src/work/job-services.ts';
import type { Caller } from '../../src/access/caller.ts';
import type { InvokerDeps } from '../../src/invocation/invoker-deps.ts';
import type { ScaleClient } from '../../src/scale/client.ts';
import type { WorkPace } from '../../src/work/jobs/items.ts';
import type { PollTiming } from '../../src/work/results/pollers.ts';
import type { JobRuntime } from '../../src/work/job-runtime.ts';

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
  jobServicesFor: InvokerDeps['jobServicesFor'];
  exclusive: InvokerDeps['exclusive'];
  runtime: () => Promise<JobRuntime>;
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
  const open = async (): Promise<{ runtime: JobRuntime; directory: string }> => {
    const directory = await mkdtemp(path.join(tmpdir(), 'work-test-'));
    const home = stateDir ?? directory;
    const database = await openSqlite(path.join(home, 'state.sqlite'));
    const copies = new LocalCopies(path.join(home, 'copies'));
    const logger = createLogger('silent');
    const pollers = new Pollers(database, pollTiming);
    const events = new EventLog({ database, configured: takesCallbacks, now: Date.now });
    const engine = new JobEngine({
      database,
      kinds: jobKinds(PACE, pollers, copies),
      accessFor({ id: job, created_at: createdAt }, { signal }) {
        if (!scale) return { refused: 'no key' };
        const parts = { deps: deps(), catalog: deps().findTool, caller, scale, mode: owner.mode, lookUps };
        return { scale: openScaleAccess({ ...parts, stop: signal, job, startedAt: Date.parse(createdAt) }) };
      },
      logger,
      dispatch: (run) => dispatchHere(run, logger),
      now: Date.now,
    });
    const readable = new Readable(owner.keyId, Date.now);
    return {
      runtime: { database, copies, engine, pollers, events, readable, rates, currency: 'USD', now: Date.now },
      directory,
    };
  };
  const lazy = lazily(open, { what: 'the directory cannot be used', setting: '--state-dir' });
  const runtime = async (): Promise<JobRuntime> => (await lazy.get()).runtime;
  return {
    runtime,
    exclusive: exclusiveAccess(async () => (await runtime()).database),
    jobServicesFor: ({ caller: _caller, ...scope }) =>
      jobServicesFor(runtime, { ...scope, viewer: { owner, projects: caller.projects } }),
    async close() {
      const opened = await lazy.opened();
      if (!opened) return;
      const { runtime: used, directory } = opened;
      await used.engine.close();
      await used.database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
