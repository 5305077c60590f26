import { ScaleError } from '../scale/errors.ts';
import { ToolFailure } from './tool-failure.ts';
import type { Once } from '../catalog/once.ts';
import type { RestRequest } from '../catalog/tool.ts';

/** Objects in a row that may have borne an identity and ended without a result. */
const MAX_NUMBER = 20;

/** An object that was made longer ago than this before the call began cannot be the call's own, whatever the clocks. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

export interface Created {
  response: unknown;
  /** Whether it had been there before this call. */
  existed: boolean;
}

interface Exchange {
  send: (request: RestRequest) => Promise<unknown>;
  /** Milliseconds since 1970 at which the call began. */
  startedAt: number;
}

type Found =
  | { state: 'found'; object: Readonly<Record<string, unknown>> }
  | { state: 'missing' }
  | { state: 'unavailable'; error: ScaleError };

/**
 * Creates an object that bears an identity, once: whatever happens on the way, the answer is the one object, or an
 * error after which it can be told whether there is one.
 *
 * @throws ToolFailure `conflict` when something else bears the identity; ScaleError otherwise
 */
export async function createOnce(once: Once, exchange: Exchange): Promise<Created> {
  for (let number = 1; ; number += 1) {
    try {
      return { response: await exchange.send(once.request(number)), existed: false };
    } catch (error) {
      if (!(error instanceof ScaleError) || !leavesInDoubt(error)) throw error;
      const found = await look(once, number, exchange);
      if (found.state === 'unavailable')
        throw error.code === 'conflict' && !error.mayHaveActed ? found.error : error;
      if (found.state === 'missing') throw error;
      if (once.isSpent(found.object)) {
        if (number === MAX_NUMBER) throw error;
        continue;
      }
      return settled(once, number, { error, existing: found.object, startedAt: exchange.startedAt });
    }
  }
}

/** Refused because the identity is taken, or not known to have been carried out. */
function leavesInDoubt(error: ScaleError): boolean {
  return error.code === 'conflict' || error.reach === 'unknown' || error.mayHaveActed;
}

async function look(once: Once, number: number, { send }: Exchange): Promise<Found> {
  try {
    const object = once.pick(await send(once.find(once.identity(number))));
    return object ? { state: 'found', object } : { state: 'missing' };
  } catch (error) {
    if (!(error instanceof ScaleError)) throw error;
    return error.code === 'not_found' ? { state: 'missing' } : { state: 'unavailable', error };
  }
}

function settled(
  once: Once,
  number: number,
  {
    error,
    existing,
    startedAt,
  }: {
    error: ScaleError;
    existing: Readonly<Record<string, unknown>>;
    startedAt: number;
  },
): Created {
  const differences = once.derived ? [] : once.differences(existing);
  if (differences.length > 0) throw taken(once.identity(number), differences, error);
  const mayBeOurs = error.code !== 'conflict' || error.mayHaveActed;
  return { response: existing, existed: !mayBeOurs || isOlder(existing, startedAt) };
}

function isOlder(existing: Readonly<Record<string, unknown>>, startedAt: number): boolean {
  const createdAt = typeof existing['created_at'] === 'string' ? Date.parse(existing['created_at']) : NaN;
  return createdAt < startedAt - CLOCK_TOLERANCE_MS;
}

function taken(identity: string, differences: readonly string[], cause: ScaleError): ToolFailure {
  return new ToolFailure(
    'conflict',
    `"${identity}" exists already and is not what was asked for: ${differences.join(', ')} ${differences.length === 1 ? 'differs' : 'differ'}. Nothing was changed. Continue with what exists, or choose another unique_id or name.`,
    { outcome: 'no_effect', allowed: 'another unique_id or name', cause },
  );
}
