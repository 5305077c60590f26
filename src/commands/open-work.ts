import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../access/consent/consent-policy.ts';
import { authorize } from '../invocation/authorize.ts';
import { openCallPath } from '../invocation/call-path.ts';
import { LookUps } from '../invocation/lookups.ts';
import { ToolFailure } from '../invocation/tool-failure.ts';
import { EventLog } from '../work/events/event-log.ts';
import { Readable } from '../work/events/readable.ts';
import { jobKinds } from '../work/job-kinds.ts';
import { dispatchHere } from '../work/jobs/dispatch.ts';
import { JobEngine } from '../work/jobs/engine.ts';
import { lazyRoom } from '../work/lazy-room.ts';
import { Pollers } from '../work/results/pollers.ts';
import { openDiskStore } from '../work/store/disk-store.ts';
import { watchChanges } from '../work/results/watch-changes.ts';
import { workFor } from '../work/work-for.ts';
import type { Caller } from '../access/caller.ts';
import type { CallPath } from '../invocation/call-path.ts';
import type { Watch } from '../mcp/subscriptions.ts';
import type { Owner } from '../work/jobs/job.ts';
import type { Settings } from '../config/settings.ts';
import type { InvokerDeps } from '../invocation/flow.ts';
import type { Logger } from '../observability/logger.ts';
import type { PathFor } from '../work/jobs/engine.ts';
import type { WorkPace } from '../work/jobs/items.ts';
import type { Dispatcher, RunJob } from '../work/jobs/dispatch.ts';
import type { WorkStore } from '../work/store/work-store.ts';
import type { WorkRoom } from '../work/work-room.ts';
import type { OpenCallers } from './open-callers.ts';

/** Requests at once that long work leaves to calls that somebody waits for. */
const LEFT_TO_CALLS = 4;

export interface OpenWork {
  workFor: InvokerDeps['workFor'];
  /** Keeps a callback; throws when it could not be kept. */
  receive(body: unknown): Promise<void>;
  /** Tells when something changes, as long as the caller may see it. */
  watch: Watch;
  /** Takes up what earlier processes left unfinished. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  settings: Settings;
  callers: OpenCallers;
  /** What a call is carried out with; known a little later than this. */
  deps: () => InvokerDeps;
  logger: Logger;
  /** Whether this server takes callbacks. */
  takesCallbacks: boolean;
  /** Names the key of the operator. */
  operatorKey: string | undefined;
}

/** Long work: kept on disk, or in Redis for all replicas. Opened when it is first needed. */
export function openWork(parts: Parts): OpenWork {
  const { settings, callers, logger } = parts;
  const wayOf = waysOf(parts);
  const { redis_url: redis, state_dir: directory } = settings;
  const room = lazyRoom(
    () => openRoom(parts),
    redis === undefined
      ? { what: `the state directory ${directory} cannot be used`, setting: '--state-dir' }
      : { what: 'Redis cannot be used', setting: 'SCALE_MCP_REDIS_URL' },
  );
  return {
    workFor: ({ caller, ...scope }) =>
      workFor(async () => (await room.get()).room, {
        ...scope,
        viewer: { owner: callers.ownerOf(caller), projects: caller.projects },
      }),
    async receive(body) {
      await (await room.get()).room.events.take(body);
    },
    watch: ({ tool, ...watched }, caller, changed) =>
      watchChanges(
        async () => (await room.get()).room,
        {
          watched,
          owner: callers.ownerOf(caller),
          way: (stop) => wayOf({ owner: callers.ownerOf(caller), tool, startedAt: Date.now() }, stop),
          logger,
        },
        changed,
      ),
    async resume() {
      const hasWork = redis !== undefined || (await exists(directoryOf(settings)));
      if (!hasWork) return;
      try {
        await (await room.get()).room.engine.resume();
      } catch (error) {
        logger.error({ err: error }, 'unfinished jobs could not be taken up');
      }
    },
    async close() {
      await (await room.opened())?.close();
    },
  };
}

interface OpenRoom {
  room: WorkRoom;
  close(): Promise<void>;
}

async function openRoom(parts: Parts): Promise<OpenRoom> {
  const { settings, logger, takesCallbacks, operatorKey } = parts;
  const { store, dispatch, discard } = await openStore(settings, logger);
  const pollers = new Pollers(store);
  const engine = new JobEngine({
    store,
    kinds: jobKinds(paceOf(settings), pollers),
    pathFor: pathForOwners(parts),
    logger,
    dispatch,
    now: Date.now,
  });
  const { rates, currency } = settings;
  const events = new EventLog({ store, configured: takesCallbacks, now: Date.now });
  const readable = new Readable(operatorKey, Date.now);
  return {
    room: { store, engine, pollers, events, readable, rates, currency, now: Date.now },
    async close() {
      await engine.close();
      await store.close();
      await discard();
    },
  };
}

interface OpenStore {
  store: WorkStore;
  dispatch: (run: RunJob) => Dispatcher;
  discard: () => Promise<void>;
}

async function openStore(settings: Settings, logger: Logger): Promise<OpenStore> {
  const { redis_url: url } = settings;
  if (url !== undefined) {
    const { openRedisStore } = await import('../work/store/redis-store.ts');
    const { dispatchOverRedis } = await import('../work/jobs/dispatch-over-redis.ts');
    return {
      store: openRedisStore(url, logger),
      dispatch: (run) => dispatchOverRedis(url, run, logger),
      discard: async () => undefined,
    };
  }
  const here = (run: RunJob): Dispatcher => dispatchHere(run, logger);
  if (!isForgotten(settings)) {
    const store = await openDiskStore(directoryOf(settings), logger);
    return { store, dispatch: here, discard: async () => undefined };
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-'));
  const store = await openDiskStore(directory, logger);
  return { store, dispatch: here, discard: () => rm(directory, { recursive: true, force: true }) };
}

/** Plans for a sandbox that keeps nothing would outlive what they are about. */
function isForgotten({ sandbox, data }: Settings): boolean {
  return sandbox && data === undefined;
}

function directoryOf(settings: Settings): string {
  return path.join(settings.state_dir, settings.sandbox ? 'sandbox-work' : 'work');
}

async function exists(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  );
}

function paceOf({ scale_concurrency: places, scale_per_second: perSecond }: Settings): WorkPace {
  return {
    concurrency: Math.max(1, places - LEFT_TO_CALLS),
    perSecond,
    timing: { now: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
  };
}

/** A job goes on as its owner may today, not as they could when it began. */
function pathForOwners(parts: Parts): PathFor {
  const wayOf = waysOf(parts);
  return ({ id: job, owner, tool, project, created_at: createdAt }, { signal }) => {
    const way = wayOf({ owner, tool, job, startedAt: Date.parse(createdAt) }, signal);
    if ('refused' in way) return way;
    const { projects } = way.caller;
    if (projects && !(project !== undefined && projects.allows(project))) {
      return { refused: `Only ${projects.words} may be reached here today.` };
    }
    return { path: way.path };
  };
}

type WayOf = (
  asked: { owner: Owner; tool: string; startedAt: number; job?: string },
  stop: AbortSignal,
) => { path: CallPath; caller: Caller } | { refused: string };

/** The way to Scale for somebody who does not call just now, as far as they may use the tool today. */
function waysOf({ callers, deps }: Parts): WayOf {
  const lookUps = new LookUps(() => performance.now());
  return ({ owner, tool: name, ...rest }, stop) => {
    const found = callers.callerOf(owner);
    if ('refused' in found) return found;
    const { caller } = found;
    const { confirm, findTool } = deps();
    const tool = findTool(name);
    const scale = callers.scaleFor(caller);
    if (!tool || !scale) return { refused: `This server has no tool ${name}, or no key to use it with.` };
    try {
      authorize(tool, caller);
    } catch (error) {
      if (error instanceof ToolFailure) return { refused: error.message };
      throw error;
    }
    const { verdict, because } = judge(confirm.policy, tool, owner.mode);
    if (verdict === 'block') return { refused: `The operator's policy says "${because}: block".` };
    const parts = { deps: deps(), catalog: findTool, caller, scale, mode: owner.mode, lookUps };
    return { path: openCallPath({ ...parts, stop, ...rest }), caller };
  };
}
