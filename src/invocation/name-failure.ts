import { MovedMeanwhile } from '../catalog/moved-meanwhile.ts';
import { NothingFound } from '../catalog/nothing-found.ts';
import { RefusedArguments } from '../catalog/refused-arguments.ts';
import { LocalFileError } from '../access/local-files.ts';
import { LimitReachedError } from '../access/limits/limit-reached.ts';
import { AuditWriteError } from '../observability/audit/audit-file.ts';
import { ScaleError } from '../scale/errors.ts';
import { ForeignResultUrlError } from '../scale/result-file.ts';
import { UnsafePathError } from '../scale/address.ts';
import { invalidArguments } from './parse.ts';
import { ToolFailure } from './tool-failure.ts';
import type { Outcome } from './tool-failure.ts';
import type { ErrorCode, NextStep, PreparedCall, Tool } from '../catalog/tool.ts';

/** Scale's own words help with a refusal; a server failure's text is noise, or worse. */
const QUOTED = new Set(['bad_request', 'conflict', 'not_found', 'not_enabled', 'forbidden']);

/**
 * Turns whatever was thrown into a failure that says what happened, what is known, and what to do next.
 *
 * @param state whether something with an effect may have been sent, and whether it was given an identity
 */
export function nameFailure(
  error: unknown,
  tool: Tool,
  call: PreparedCall | undefined,
  state: CallState,
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
  const outcome = tool.effect === 'read' ? 'no_effect' : state.begun ? 'unknown' : 'not_sent';
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
  if (error instanceof AuditWriteError) {
    return new ToolFailure(
      'audit_unavailable',
      `${tool.name} was not carried out, because the audit file cannot be written. Nothing was sent. Whoever runs the server must look at its disk; reads still work.`,
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

interface CallState {
  begun: boolean;
  autoUniqueId: boolean;
}

/** The call that finds out what became of a write: by its identity where it has one. */
function stepsToFindOut(call: PreparedCall | undefined, { autoUniqueId }: CallState): NextStep[] {
  const once = call?.once(autoUniqueId);
  return once ? [once.findStep(once.identity(1))] : (call?.recover('unknown') ?? []);
}

function fromScale(
  error: ScaleError,
  tool: Tool,
  call: PreparedCall | undefined,
  state: CallState,
): ToolFailure {
  const outcome = outcomeOf(error, tool);
  const tried = error.attempts > 1 ? ` It was tried ${error.attempts} times.` : '';
  const wait = error.retryAfterSeconds === undefined ? '' : ` Wait ${error.retryAfterSeconds} s.`;
  const recovery = outcome === 'unknown' ? stepsToFindOut(call, state) : [];
  return new ToolFailure(
    error.code,
    `${error.message}${tried} ${error.advice}${wait}${consequence(outcome)}`,
    {
      outcome,
      ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
      ...(error.scaleMessage !== undefined && QUOTED.has(error.code) && { scaleSays: error.scaleMessage }),
      nextSteps: recovery.length > 0 ? recovery : (call?.recover(error.code) ?? []),
      cause: error,
    },
  );
}

function outcomeOf(error: ScaleError, tool: Tool): Outcome {
  if (tool.effect === 'read') return error.reach === 'not_sent' ? 'not_sent' : 'no_effect';
  if (error.mayHaveActed) return 'unknown';
  if (error.reach === 'not_sent') return 'not_sent';
  if (error.reach === 'refused') return 'no_effect';
  return error.code === 'unexpected_response' ? 'done' : 'unknown';
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
