import { UnreadAnswer } from '../catalog/unread-answer.ts';
import { ScaleError } from '../scale/errors.ts';
import type { Reconciled, ReconcileContext, PreparedCall } from '../catalog/tool.ts';
import type { RestRequest } from '../catalog/rest-request.ts';

/** What the clocks of Scale and of this machine may differ by. */
const CLOCKS_MS = 5 * 60_000;

/** A write may become visible a little later than its answer was lost. */
const LOOK_AFTER_MS = [0, 500, 2_000] as const;

interface Exchange {
  send: (request: RestRequest) => Promise<unknown>;
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds since 1970 at which the call began. */
  startedAt: number;
}

/**
 * Sends a write without an identity. Where it is not known what became of it, it is looked at.
 *
 * @throws the error of the write, marked as settled when the look shows that nothing took effect
 */
export async function sendAndReconcile(
  request: RestRequest,
  reconcile: PreparedCall['reconcile'],
  { send, sleep, startedAt }: Exchange,
): Promise<unknown> {
  try {
    return await send(request);
  } catch (error) {
    if (!(error instanceof ScaleError) || !leavesInDoubt(error)) throw error;
    const context: ReconcileContext = {
      read: (path, query) => send({ method: 'GET', path: [...path], ...(query && { query }) }),
      since: startedAt - CLOCKS_MS,
    };
    const found = reconcile ? await lookRepeatedly(() => reconcile(context), sleep) : undefined;
    if (found !== undefined && found !== 'not_done') return found.answer;
    // What depends on no state is refused each time or not at all.
    const isRefused = error.code === 'bad_request' && !reconcile;
    const isNotDone = found === 'not_done' && error.code !== 'timeout' && !error.isAccepted;
    if (isRefused || isNotDone) error.isSettled = true;
    throw error;
  }
}

function leavesInDoubt(error: ScaleError): boolean {
  return error.reach === 'unknown' || error.mayHaveActed;
}

async function lookRepeatedly(
  look: () => Promise<Reconciled>,
  sleep: Exchange['sleep'],
): Promise<Reconciled> {
  let found: Reconciled;
  for (const wait of LOOK_AFTER_MS) {
    await sleep(wait);
    try {
      found = await look();
    } catch (error) {
      if (error instanceof ScaleError || error instanceof UnreadAnswer) return undefined;
      throw error;
    }
    if (found !== 'not_done') return found;
  }
  return found;
}
