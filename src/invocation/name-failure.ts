import { MovedMeanwhile } from '../catalog/moved-meanwhile.ts';
import { NothingFound } from '../catalog/nothing-found.ts';
import { RefusedArguments } from '../catalog/refused-arguments.ts';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { UnreadAnswer } from '../catalog/unread-answer.ts';
import { LocalFileError } from '../access/local-files.ts';
import { LimitReachedError } from '../access/limits/limit-reached.ts';
import { AuditWriteError } from '../observability/audit/audit-file.ts';
import { ScaleError } from '../scale/errors.ts';
import { ForeignResultUrlError } from '../scale/result-file.ts';
import { UnsafePathError } from '../scale/address.ts';
import { invalidArguments } from './parse.ts';
import { ToolFailure } from './tool-failure.ts';
import type { Outcome } from './tool-failure.ts';
import type { ErrorCode, PreparedCall, Tool } from '../catalog/tool.ts';
import type { NextStep } from '../catalog/next-step.ts';

/** Scale's own words help with a refusal; a server failure's text is noise, or worse. */
const QUOTED = new Set([
  'bad_request',
  'conflict',
  'not_found',
  'not_enabled',
  'forbidden',
  'unexpected_response',
]);

/**
 * Turns whatever was thrown into a failure that says what happened, what is known, and what to do next.
 *
 * @param state whether something with an effect may have been sent, whether it was given an identity, and who is told
 */
export function nameFailure(
  error: unknown,
  tool: Tool,
  call: PreparedCall | undefined,
  state: FailureContext,
): ToolFailure {
  if (error instanceof ToolFailure) return error;
  if (error instanceof ScaleError) return fromScale(error, tool, call, state);
  if (error instanceof RefusedArguments) return invalidArguments(tool, error.refusals);
  if (error instanceof ForeignResultUrlError) {
    return new ToolFailure('bad_request', error.message, { outcome: 'no_effect', cause: error });
  }
  if (error instanceof NothingFound) {
    const nextSteps = call?.recover('not_found') ?? [];
    return new ToolFailure('not_found', error.message, { outcome: 'no_effect', nextSteps, cause: error });
  }
  if (error instanceof UnsafePathError) {
    return new ToolFailure(
      'invalid_arguments',
      `${error.message} Nothing was sent. Use the name or id as Scale shows it.`,
      {
        outcome: 'not_sent',
        cause: error,
        example: tool.example,
      },
    );
  }
  const refused = refusedHere(error, tool, call);
  if (refused) return refused;
  const outcome = tool.effect === 'read' ? 'no_effect' : state.started ? 'unknown' : 'not_sent';
  const [code, words] = ending(error, tool);
  return new ToolFailure(code, `${words}${consequence(outcome)}`, {
    outcome,
    nextSteps: outcome === 'unknown' ? stepsToFindOut(call, state) : [],
    cause: error,
  });
}

/** Failures of this server's own making, or of what it may use. */
function refusedHere(error: unknown, tool: Tool, call: PreparedCall | undefined): ToolFailure | undefined {
  if (error instanceof LocalFileError) {
    return new ToolFailure(error.code, `${error.message} Nothing was sent.`, {
      outcome: 'not_sent',
      cause: error,
    });
  }
  if (error instanceof UnreadAnswer) {
    return new ToolFailure(
      'unexpected_response',
      `${error.message} Nothing can be told from that, and nothing was changed. Try again; if it stays so, Scale's API has changed and this server needs a newer version.`,
      { outcome: 'no_effect', cause: error },
    );
  }
  if (error instanceof MovedMeanwhile) {
    return new ToolFailure(
      'conflict',
      `${error.message} Nothing was changed. Look at it, and call again when nobody else works on it.`,
      { outcome: 'no_effect', nextSteps: call?.recover('unknown') ?? [], cause: error },
    );
  }
  if (error instanceof LimitReachedError) {
    return new ToolFailure(
      'limit_reached',
      `${error.message} Nothing was sent. Wait ${error.retryAfterSeconds} s; whoever runs the server can raise the limit.`,
      { outcome: 'not_sent', retryAfterSeconds: error.retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof StoreUnavailable) {
    return new ToolFailure(
      'state_unavailable',
      `Plans and jobs cannot be kept: ${error.message} Nothing was sent. Whoever runs the server must look at it; then make the same call again.`,
      { outcome: 'not_sent', cause: error },
    );
  }
  if (error instanceof AuditWriteError) {
    return new ToolFailure(
      'audit_unavailable',
      `${tool.name} was not carried out, because what is done cannot be recorded. ${error.message} Nothing was sent. Whoever runs the server must look at its disk; reads still work.`,
      { outcome: 'not_sent', cause: error },
    );
  }
  return undefined;
}

function ending(error: unknown, tool: Tool): [ErrorCode, string] {
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') return ['cancelled', 'The call was cancelled.'];
  if (name === 'TimeoutError') return ['timeout', 'The call took longer than this server lets a call take.'];
  return [
    'internal_error',
    `The server failed while handling ${tool.name}; its log has the details under the request id.`,
  ];
}

interface FailureContext {
  started: boolean;
  autoUniqueId: boolean;
  /** Whether the caller may reach some projects only. */
  isLimited: boolean;
}

/** The call that finds out what became of a write: by its identity where it has one. */
function stepsToFindOut(call: PreparedCall | undefined, { autoUniqueId }: FailureContext): NextStep[] {
  const creation = call?.idempotency(autoUniqueId);
  return creation ? [creation.findStep(creation.identity(1))] : (call?.recover('unknown') ?? []);
}

function fromScale(
  error: ScaleError,
  tool: Tool,
  call: PreparedCall | undefined,
  state: FailureContext,
): ToolFailure {
  const outcome = outcomeOf(error, tool);
  const tried = error.attempts > 1 ? ` It was tried ${error.attempts} times.` : '';
  const wait = error.retryAfterSeconds === undefined ? '' : ` Wait ${error.retryAfterSeconds} s.`;
  const isToBeFound = outcome === 'unknown' || (outcome === 'done' && tool.effect !== 'read');
  const recovery = isToBeFound ? stepsToFindOut(call, state) : [];
  return new ToolFailure(
    error.code,
    `${error.message}${tried} ${adviceFor(error, outcome)}${wait}${consequence(outcome)}`,
    {
      outcome,
      ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
      ...(isQuoted(error, state) && { scaleSays: error.scaleMessage }),
      nextSteps: recovery.length > 0 ? recovery : (call?.recover(error.code) ?? []),
      cause: error,
    },
  );
}

/** Of a conflict Scale names what holds the name or unique_id, such as the id of a task in another project. */
function isQuoted(
  error: ScaleError,
  { isLimited }: FailureContext,
): error is ScaleError & { scaleMessage: string } {
  return (
    error.scaleMessage !== undefined && QUOTED.has(error.code) && !(isLimited && error.code === 'conflict')
  );
}

/** What holds the identity may be what an earlier attempt made: another identity would make, and charge, it twice. */
function adviceFor(error: ScaleError, outcome: Outcome): string {
  if (error.code !== 'conflict' || outcome !== 'unknown') return error.advice;
  return 'What bears this name or unique_id may be the very object that was asked for, made by an attempt whose answer was lost, and it could not be looked at. Look again before anything else, or make the same call again; do not choose another name or unique_id.';
}

function outcomeOf(error: ScaleError, tool: Tool): Outcome {
  if (tool.effect === 'read') return error.reach === 'not_sent' ? 'not_sent' : 'no_effect';
  if (error.isSettled) return 'no_effect';
  if (error.mayHaveActed) return 'unknown';
  if (error.reach === 'not_sent') return 'not_sent';
  if (error.reach === 'refused') return 'no_effect';
  return error.isAccepted ? 'done' : 'unknown';
}

function consequence(outcome: Outcome): string {
  switch (outcome) {
    case 'not_sent':
      return ' Nothing was sent.';
    case 'no_effect':
      return ' Nothing was changed at Scale.';
    case 'unknown':
      return ' It is not known whether Scale carried it out: look before you send it again.';
    case 'done':
      return ' Scale accepted the request.';
  }
}
