import { UnreadAnswer, formOf } from '../catalog/unread-answer.ts';
import { ScaleError, ScaleUnexpectedResponseError } from '../scale/errors.ts';
import { ToolFailure } from './tool-failure.ts';
import type { IdempotentCreate } from '../catalog/idempotent-create.ts';
import type { RestRequest } from '../catalog/rest-request.ts';

/** Objects in a row that may have borne an identity and ended without a result. */
const MAX_NUMBER = 20;

/** An object that was made longer ago than this before the call began cannot be the call's own, whatever the clocks. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

export interface Created {
  response: unknown;
  /** Whether it had been there before this call. */
  existed: boolean;
}

/** Not looked at again, and not repeated: it may show a little later. */
class MissingAfterSuccess extends ScaleUnexpectedResponseError {
  override readonly retryable = false;
  override readonly advice = 'Look again in a minute; the same call may then be made again.';

  constructor(form: string) {
    super(`Scale answered with a status of success, but with ${form}, and a look right after found nothing.`);
  }
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
export async function sendIdempotentCreate(creation: IdempotentCreate, exchange: Exchange): Promise<Created> {
  for (let number = 1; ; number += 1) {
    try {
      const response = await exchange.send(creation.request(number));
      return { response: await whole(response, creation, { number, exchange }), existed: false };
    } catch (error) {
      if (!(error instanceof ScaleError) || error instanceof MissingAfterSuccess) throw error;
      if (!leavesInDoubt(error)) throw error;
      const found = await look(creation, number, exchange);
      if (found.state === 'unavailable')
        throw error.code === 'conflict' && !error.mayHaveActed ? found.error : error;
      if (found.state === 'missing') throw withoutEffect(error);
      if (creation.isSpent(found.object)) {
        if (number === MAX_NUMBER) throw error;
        continue;
      }
      return settled(creation, number, { error, existing: found.object, startedAt: exchange.startedAt });
    }
  }
}

/** Refused because the identity is taken, or not known to have been carried out. */
function leavesInDoubt(error: ScaleError): boolean {
  return error.code === 'conflict' || error.reach === 'unknown' || error.mayHaveActed;
}

/**
 * An answer that is not the object, though Scale accepted it, is replaced by the object. It stands where the object
 * cannot be looked at.
 *
 * @throws ScaleUnexpectedResponseError where a look finds nothing: neither says that it was made
 */
async function whole(
  response: unknown,
  creation: IdempotentCreate,
  { number, exchange }: { number: number; exchange: Exchange },
): Promise<unknown> {
  if (creation.isObject(response)) return response;
  const found = await look(creation, number, exchange);
  if (found.state === 'missing') throw new MissingAfterSuccess(formOf(response));
  return found.state === 'found' && !creation.isSpent(found.object) ? found.object : response;
}

/** A refusal of Scale's never has an effect: where nothing is there, the attempts before it had none either. */
function withoutEffect(error: ScaleError): ScaleError {
  if (error.reach === 'refused' && error.code !== 'conflict') error.isSettled = true;
  return error;
}

async function look(creation: IdempotentCreate, number: number, { send }: Exchange): Promise<Found> {
  try {
    const identity = creation.identity(number);
    const object = creation.pick(await send(creation.find(identity)), identity);
    return object ? { state: 'found', object } : { state: 'missing' };
  } catch (error) {
    if (error instanceof UnreadAnswer)
      return { state: 'unavailable', error: new ScaleUnexpectedResponseError(error.message) };
    if (!(error instanceof ScaleError)) throw error;
    return error.code === 'not_found' ? { state: 'missing' } : { state: 'unavailable', error };
  }
}

function settled(
  creation: IdempotentCreate,
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
  const differences = creation.derived ? [] : creation.differences(existing);
  const mayBeOurs = error.code !== 'conflict' || error.mayHaveActed;
  if (differences.length > 0) {
    const isUncertain = mayBeOurs && !isOlder(existing, startedAt);
    throw isUncertain
      ? maybeOurs(creation.identity(number), differences, error)
      : taken(creation.identity(number), differences, error);
  }
  return { response: existing, existed: !mayBeOurs || isOlder(existing, startedAt) };
}

function isOlder(existing: Readonly<Record<string, unknown>>, startedAt: number): boolean {
  const createdAt = typeof existing['created_at'] === 'string' ? Date.parse(existing['created_at']) : NaN;
  return createdAt < startedAt - CLOCK_TOLERANCE_MS;
}

/** Scale may show what it made in another form than it was asked for. */
function maybeOurs(identity: string, differences: readonly string[], cause: ScaleError): ToolFailure {
  return new ToolFailure(
    'conflict',
    `"${identity}" exists, and an attempt of this call whose answer was lost may have made it, though it differs in ${differences.join(', ')}. Look at it before anything else; do not choose another unique_id or name as long as it may be the one that was asked for.`,
    { outcome: 'unknown', cause },
  );
}

function taken(identity: string, differences: readonly string[], cause: ScaleError): ToolFailure {
  return new ToolFailure(
    'conflict',
    `"${identity}" exists already and is not what was asked for: ${differences.join(', ')} ${differences.length === 1 ? 'differs' : 'differ'}. Nothing was changed. Continue with what exists, or choose another unique_id or name.`,
    { outcome: 'no_effect', allowed: 'another unique_id or name', cause },
  );
}
