import { setTimeout as sleep } from 'node:timers/promises';
import { evaluatePolicy } from '../access/consent/consent-policy.ts';
import { authorize } from '../invocation/authorize.ts';
import { OwnerRefused } from '../invocation/owner-refused.ts';
import { openScaleAccess } from '../invocation/open-scale-access.ts';
import { LookUps } from '../invocation/lookups.ts';
import { ToolFailure } from '../invocation/tool-failure.ts';
import { EventLog } from '../work/events/event-log.ts';
import { Readable } from '../work/events/readable.ts';
import { JobsOverview } from '../work/jobs/job-overview.ts';
import { jobKinds } from '../work/job-kinds.ts';
import { JobEngine } from '../work/jobs/engine.ts';
import { exclusiveAccess } from '../work/exclusive-access.ts';
import { Pollers } from '../work/results/pollers.ts';
import { watchChanges } from '../work/results/watch-changes.ts';
import { jobServicesFor } from '../work/job-services.ts';
import type { Caller } from '../access/caller.ts';
import type { ScaleAccess } from '../invocation/scale-access.ts';
import type { Watch } from '../mcp/subscriptions.ts';
import type { Owner } from '../work/jobs/job.ts';
import type { Settings } from '../config/settings.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { InvokerDeps } from '../invocation/invoker-deps.ts';
import type { Logger } from '../observability/logger.ts';
import type { AccessForJob } from '../work/jobs/engine.ts';
import type { WorkPace } from '../work/jobs/items.ts';
import type { JobRuntime } from '../work/job-runtime.ts';
import type { JobOverview } from '../work/jobs/job-overview.ts';
import type { OpenCallers } from './open-callers.ts';
import type { KeptState, OpenState } from './open-state.ts';

/** Requests at once that long work leaves to calls that somebody waits for. */
const LEFT_TO_CALLS = 4;

export interface OpenJobRuntime {
  jobServicesFor: InvokerDeps['jobServicesFor'];
  exclusive: InvokerDeps['exclusive'];
  /** Keeps a callback; throws when it could not be kept. */
  receive(body: unknown): Promise<void>;
  /** Tells when something changes, as long as the caller may see it. */
  watch: Watch;
  /** Jobs as whoever runs the server sees them. */
  overview(scope: { caller: Caller; seesAll: boolean }): Promise<JobOverview[]>;
  /** Takes up what earlier processes left unfinished. */
  resume(): Promise<void>;
  /** Jobs stop where they stand, and calls that wait for one are answered. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  settings: Settings;
  state: OpenState;
  callers: OpenCallers;
  /** What a call is carried out with; known a little later than this. */
  deps: () => InvokerDeps;
  logger: Logger;
  /** Whether this server takes callbacks. */
  takesCallbacks: boolean;
  /** Names the key of the operator. */
  operatorKey: string | undefined;
}

/** Long work, opened when it is first needed. */
export function openJobRuntime(parts: Parts): OpenJobRuntime {
  const { callers, logger, state } = parts;
  const accessOf = accessFor(parts);
  let opened: JobRuntime | undefined;
  let overview: JobsOverview | undefined;
  const runtime = async (): Promise<JobRuntime> => {
    const kept = await state.kept.get();
    opened ??= openRuntime(parts, kept);
    return opened;
  };
  return {
    jobServicesFor: ({ caller, ...scope }) =>
      jobServicesFor(runtime, {
        ...scope,
        viewer: { owner: callers.ownerOf(caller), projects: caller.projects },
      }),
    exclusive: exclusiveAccess(async () => (await state.kept.get()).database),
    async receive(body) {
      await (await runtime()).events.take(body);
    },
    watch: ({ tool, ...watched }, caller, changed) =>
      watchChanges(
        runtime,
        {
          watched,
          owner: callers.ownerOf(caller),
          access: (stop) => accessOf({ owner: callers.ownerOf(caller), tool, startedAt: Date.now() }, stop),
          logger,
        },
        changed,
      ),
    async overview({ caller, seesAll }) {
      if (!(await state.isThere()) && !(await state.kept.opened())) return [];
      overview ??= new JobsOverview((await state.kept.get()).database, Date.now);
      const { principal, keyId } = callers.ownerOf(caller);
      return overview.list({ principal, keyId, seesAll, projects: caller.projects });
    },
    async resume() {
      if (!(await state.isThere())) return;
      try {
        await (await runtime()).engine.resume();
      } catch (error) {
        logger.error({ err: error }, 'unfinished jobs could not be taken up');
      }
    },
    async stop() {
      opened?.engine.stopping.abort();
    },
    async close() {
      await opened?.engine.close();
    },
  };
}

function openRuntime(parts: Parts, { database, copies, dispatch }: KeptState): JobRuntime {
  const { settings, logger, takesCallbacks, operatorKey } = parts;
  const pollers = new Pollers(database);
  const engine = new JobEngine({
    database,
    kinds: jobKinds(paceOf(settings), pollers, copies),
    accessFor: accessForOwners(parts),
    logger,
    dispatch,
    now: Date.now,
  });
  const { rates, currency } = settings;
  const events = new EventLog({ database, configured: takesCallbacks, now: Date.now });
  const readable = new Readable(operatorKey, () => performance.now());
  return { database, copies, engine, pollers, events, readable, rates, currency, now: Date.now };
}

function paceOf({ scale_concurrency: places, scale_per_second: perSecond }: Settings): WorkPace {
  return {
    concurrency: Math.max(1, places - LEFT_TO_CALLS),
    perSecond,
    timing: { now: () => performance.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
  };
}

/** A job goes on as its owner may today, not as they could when it began. */
function accessForOwners(parts: Parts): AccessForJob {
  const accessOf = accessFor(parts);
  return ({ id: job, owner, tool, project, created_at: createdAt }, { signal }) =>
    accessOf({ owner, tool, job, startedAt: Date.parse(createdAt), within: { project } }, signal);
}

interface Asked {
  owner: Owner;
  tool: string;
  startedAt: number;
  job?: string;
  /** The project that the work is about, where its owner must be allowed it. */
  within?: { project: string | undefined };
}

type AccessFor = (
  asked: Asked,
  stop: AbortSignal,
) => { scale: ScaleAccess; caller: Caller } | { refused: string };

/**
 * Scale for somebody who does not call just now, as far as they may use the tool at this moment: every step
 * asks again, so that a token that is taken away stops what runs under it.
 */
function accessFor(parts: Parts): AccessFor {
  const lookUps = new LookUps(() => performance.now());
  return (asked, stop) => {
    const found = allowedNow(asked, parts);
    if ('refused' in found) return found;
    const { owner, startedAt, job } = asked;
    const { findTool } = parts.deps();
    const scale = openScaleAccess({
      deps: parts.deps(),
      catalog: findTool,
      ...found,
      mode: owner.mode,
      lookUps,
      stop,
      startedAt,
      ...(job !== undefined && { job }),
      renew() {
        const now = allowedNow(asked, parts);
        if ('refused' in now) throw new OwnerRefused(now.refused);
        return now;
      },
    });
    return { scale, caller: found.caller };
  };
}

function allowedNow(
  { owner, tool: name, within }: Asked,
  { callers, deps }: Parts,
): { caller: Caller; scale: ScaleClient } | { refused: string } {
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
  const { verdict, because } = evaluatePolicy(confirm.policy, tool, owner.mode);
  if (verdict === 'block') return { refused: `The operator's policy says "${because}: block".` };
  const { projects } = caller;
  const isOutside = within && projects && !(within.project !== undefined && projects.allows(within.project));
  if (isOutside) return { refused: `Only ${projects.words} may be reached here today.` };
  return { caller, scale };
}
