import { parseJsonKeepingDigits } from '../json/lossless-json.ts';
import { ScaleRefusedInAnswerError, ScaleUnexpectedResponseError, errorForStatus } from './errors.ts';
import type { ScaleError } from './errors.ts';

/** Members of an envelope that tells of a failure. An object of Scale's has others as well. */
const ENVELOPE: ReadonlySet<string> = new Set([
  'code',
  'detail',
  'details',
  'error',
  'error_code',
  'errors',
  'message',
  'ok',
  'path',
  'request_id',
  'requestId',
  'status',
  'statusCode',
  'status_code',
  'success',
  'timestamp',
]);

/** Where an envelope says why: Scale's own first, then those of gateways and frameworks. */
const REASONS = ['error', 'message', 'errors', 'detail', 'details'] as const;

/** Texts that say that it worked; `OK` is what some endpoints answer. Any other text is not Scale's. */
const DONE = /^"?(ok|okay|done|success|succeeded|accepted|created)?[.!]?"?$/i;

const PLAIN_LENGTH = 200;

// oxlint-disable-next-line no-control-regex -- these characters are what binary content has
const BINARY = /[\u0000-\u0008\u000e-\u001f\ufffd]/;

/** What an error quotes of Scale's words: cut, and without the key. */
type Quote = (reason: string | undefined) => { scaleMessage?: string };

/**
 * JSON, or the plain `OK` that some endpoints answer. A refusal that came with a status of success is a refusal.
 *
 * @param text what came with a status of 200 to 299
 * @param quote makes of a reason what an error may hold
 * @throws ScaleError for a refusal, and for what is neither
 */
export function answerIn(text: string, quote: Quote): unknown {
  const parsed = parseJson(text);
  if (parsed === undefined) return readPlain(text.trim(), quote);
  if (parsed === false) throw new ScaleUnexpectedResponseError('Scale answered "false".');
  const refusal = isRecord(parsed) ? refusalIn(parsed, quote) : undefined;
  if (refusal) throw refusal;
  return parsed;
}

/** @returns undefined for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return parseJsonKeepingDigits(text);
  } catch {
    return undefined;
  }
}

/** What an envelope of a failure says, whatever its form. */
export function reasonIn(text: string): string | undefined {
  const parsed = parseJson(text);
  if (parsed === undefined) return /^\s*</.test(text) ? undefined : shortText(text);
  return isRecord(parsed) ? reasonOf(parsed) : undefined;
}

function readPlain(text: string, quote: Quote): unknown {
  if (DONE.test(text)) return text;
  const cutOff = /^[{["]/.test(text);
  throw new ScaleUnexpectedResponseError('Scale answered with something other than JSON.', {
    isAccepted: cutOff,
    ...quote(cutOff ? undefined : shortText(text)),
  });
}

function shortText(text: string): string | undefined {
  const short = text.trim().slice(0, PLAIN_LENGTH);
  return short === '' || BINARY.test(short) ? undefined : short;
}

function refusalIn(answer: Readonly<Record<string, unknown>>, quote: Quote): ScaleError | undefined {
  const reason = reasonOf(answer);
  const status = statusIn(answer);
  if (status !== undefined && reason !== undefined) return errorForStatus(status, quote(reason));
  if (!Object.keys(answer).every((name) => ENVELOPE.has(name))) return undefined;
  const tellsFailure =
    answer['success'] === false ||
    answer['ok'] === false ||
    /^(error|fail(ed|ure)?)$/i.test(String(answer['status'])) ||
    isReason(answer['error']) ||
    isReason(answer['errors']);
  return tellsFailure
    ? new ScaleRefusedInAnswerError('Scale answered with a failure.', quote(reason))
    : undefined;
}

/** A status of 400 to 599 under a name that no object of Scale's has. */
function statusIn(answer: Readonly<Record<string, unknown>>): number | undefined {
  const status = Number(answer['status_code'] ?? answer['statusCode']);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined;
}

function reasonOf(answer: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of REASONS) {
    const value = answer[name];
    if (!isReason(value)) continue;
    if (typeof value === 'string') return value;
    const { message } = isRecord(value) ? value : { message: undefined };
    return typeof message === 'string' && message !== '' ? message : JSON.stringify(value);
  }
  return undefined;
}

/** Counts are no reason: a batch has an `error` that counts tasks, perhaps as digits. */
function isReason(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !/^\d+$/.test(value);
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
