import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded } from '../jobs/job.ts';
import type { Caller } from '../../access/caller.ts';
import type { Watched } from '../../catalog/resource.ts';
import type { TaskProgress } from '../../catalog/work/waits.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Job, Owner, Viewer } from '../jobs/job.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** A job that ended, or waits for its owner, may be started again. */
const LOOK_AGAIN_MS = 5_000;

const HOUR_MS = 3_600_000;

interface Watching {
  watched: Watched;
  owner: Owner;
  /** Scale as far as the owner may reach it now. */
  access: (stop: AbortSignal) => { scale: ScaleAccess; caller: Caller } | { refused: string };
  logger: Logger;
}

/**
 * Tells when something has changed since it was first looked at, as long as its watcher may see it.
 *
 * @returns to look away
 */
export function watchChanges(
  runtime: () => Promise<JobRuntime>,
  watching: Watching,
  changed: () => void,
): () => void {
  const stop = new AbortController();
  const tell = (): void => {
    if ('refused' in watching.access(stop.signal)) stop.abort();
    else if (!stop.signal.aborted) changed();
  };
  const run = watching.watched.kind === 'job' ? watchJob : watchTarget;
  const watch = async (): Promise<void> => run(await runtime(), watching, { stop: stop.signal, tell });
  watch().catch((error: unknown) => {
    if (!stop.signal.aborted) watching.logger.debug({ err: error }, 'something is not watched any more');
  });
  return () => stop.abort();
}

interface Ends {
  stop: AbortSignal;
  tell: () => void;
}

/** What cannot be read is not there for its watcher, who is told of nothing. */
async function watchTarget(
  { pollers }: JobRuntime,
  { watched: { kind, name }, owner, access }: Watching,
  { stop, tell }: Ends,
): Promise<void> {
  const found = access(stop);
  if ('refused' in found || kind === 'job') return;
  const { scale, caller } = found;
  if (caller.projects) {
    const seen = await scale.lookUp(kind, name);
    const project = seen.state === 'found' ? seen.object['project'] : undefined;
    if (typeof project !== 'string' || !caller.projects.allows(project)) return;
  }
  const target = kind === 'task' ? { taskIds: [name] } : { batch: name };
  const whenChanged = sinceFirst(tell);
  const see = ({ fingerprint = '' }: TaskProgress): boolean => {
    whenChanged(fingerprint);
    return false;
  };
  await pollers.follow({ keyId: owner.keyId, target, scale }, see, stop);
}

async function watchJob(
  { engine }: JobRuntime,
  { watched: { name }, owner, access }: Watching,
  { stop, tell }: Ends,
): Promise<void> {
  const found = access(stop);
  if ('refused' in found) return;
  const viewer: Viewer = { owner, projects: found.caller.projects };
  const id = name.replace(/^plan_/, 'job_');
  const whenChanged = sinceFirst(tell);
  const see = ({ state, done, counts }: Job): void => whenChanged(JSON.stringify([state, done, counts]));
  while (!stop.aborted) {
    const job = await engine.watch(viewer, id, { ms: HOUR_MS, signal: stop, changed: see });
    if (hasEnded(job) || job.state === 'waiting')
      await sleep(LOOK_AGAIN_MS, undefined, { signal: stop, ref: false });
  }
}

/** The first look is what the watcher knows. */
function sinceFirst(tell: () => void): (fingerprint: string) => void {
  let last: string | undefined;
  return (fingerprint) => {
    const isChanged = last !== undefined && last !== fingerprint;
    last = fingerprint;
    if (isChanged) tell();
  };
}
