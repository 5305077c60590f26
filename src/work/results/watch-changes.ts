import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded } from '../jobs/job.ts';
import type { Caller } from '../../access/caller.ts';
import type { Watched } from '../../catalog/resource.ts';
import type { TaskProgress } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Job, Owner, Viewer } from '../jobs/job.ts';
import type { WorkRoom } from '../work-room.ts';

/** A job that ended, or waits for its owner, may be begun again. */
const LOOK_AGAIN_MS = 5_000;

const HOUR_MS = 3_600_000;

interface Watching {
  watched: Watched;
  owner: Owner;
  /** The way to Scale as far as the owner may go it now. */
  way: (stop: AbortSignal) => { path: CallPath; caller: Caller } | { refused: string };
  logger: Logger;
}

/**
 * Tells when something has changed since it was first looked at, as long as its watcher may see it.
 *
 * @returns to look away
 */
export function watchChanges(
  room: () => Promise<WorkRoom>,
  watching: Watching,
  changed: () => void,
): () => void {
  const stop = new AbortController();
  const tell = (): void => {
    if ('refused' in watching.way(stop.signal)) stop.abort();
    else if (!stop.signal.aborted) changed();
  };
  const run = watching.watched.kind === 'job' ? watchJob : watchTarget;
  const watch = async (): Promise<void> => run(await room(), watching, { stop: stop.signal, tell });
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
  { pollers }: WorkRoom,
  { watched: { kind, name }, owner, way }: Watching,
  { stop, tell }: Ends,
): Promise<void> {
  const found = way(stop);
  if ('refused' in found || kind === 'job') return;
  const { path, caller } = found;
  if (caller.projects) {
    const seen = await path.lookUp(kind, name);
    const project = seen.state === 'found' ? seen.object['project'] : undefined;
    if (typeof project !== 'string' || !caller.projects.allows(project)) return;
  }
  const target = kind === 'task' ? { taskIds: [name] } : { batch: name };
  const whenChanged = sinceFirst(tell);
  const see = ({ print = '' }: TaskProgress): boolean => {
    whenChanged(print);
    return false;
  };
  await pollers.follow({ keyId: owner.keyId, target, path }, see, stop);
}

async function watchJob(
  { engine }: WorkRoom,
  { watched: { name }, owner, way }: Watching,
  { stop, tell }: Ends,
): Promise<void> {
  const found = way(stop);
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
function sinceFirst(tell: () => void): (print: string) => void {
  let last: string | undefined;
  return (print) => {
    const isChanged = last !== undefined && last !== print;
    last = print;
    if (isChanged) tell();
  };
}
