import { createFence } from '../responses/untrusted.ts';
import { ScaleError } from '../scale/errors.ts';
import { diagnoseNotFound } from './diagnose-not-found.ts';
import { nameFailure } from './name-failure.ts';
import { usableSteps } from './shape.ts';
import { ToolFailure } from './tool-failure.ts';
import type { Caller } from '../access/caller.ts';
import type { CallState } from './call-state.ts';
import type { ToolErrorBody } from './tool-failure.ts';

/** Names what went wrong, records it, and says it in terms that a model can act on. */
export async function fail(call: CallState, error: unknown): Promise<ToolErrorBody> {
  const { tool, prepared, caller, started, intent, deps } = call;
  const { request_id } = intent;
  const named = nameFailure(asEnded(error, call), tool, prepared, {
    started,
    autoUniqueId: deps.autoUniqueId,
    isLimited: caller.projects !== undefined,
  });
  const failure = await explained(named, call);
  const { cause, outcome } = failure.details;
  deps.logger.debug({ request_id, err: cause ?? failure }, failure.message);
  if (failure.code === 'internal_error') deps.logger.error({ request_id, err: cause }, failure.message);
  const attempts = cause instanceof ScaleError && cause.attempts > 1 ? { attempts: cause.attempts } : {};
  await call.recordOutcome({ result: failure.code, outcome, ...attempts });
  return errorBody(failure, request_id, caller);
}

/** A transport may give any reason for the abort. */
function asEnded(error: unknown, { stop, deadline }: CallState): unknown {
  if (!stop.aborted || error !== stop.reason) return error;
  return deadline.aborted
    ? new DOMException('The deadline has passed.', 'TimeoutError')
    : new DOMException('The call was cancelled.', 'AbortError');
}

/** A 404 says what a user usually got wrong; not to callers limited by project, who would learn of others. */
async function explained(failure: ToolFailure, { prepared, caller, deps }: CallState): Promise<ToolFailure> {
  const { mode, projects } = caller;
  const scale = deps.scaleFor(caller);
  if (failure.code !== 'not_found' || !prepared || !scale || !mode || projects) return failure;
  const { hints, nextSteps } = await diagnoseNotFound(prepared, scale, mode);
  return new ToolFailure('not_found', [failure.message, ...hints].join(' '), {
    ...failure.details,
    nextSteps: [...nextSteps, ...(failure.details.nextSteps ?? [])],
  });
}

function errorBody(
  { code, message, details }: ToolFailure,
  requestId: string,
  caller: Caller,
): ToolErrorBody {
  const steps = usableSteps(details.nextSteps, caller);
  return {
    code,
    message,
    ...(details.path !== undefined && { path: details.path }),
    ...(details.allowed !== undefined && { allowed: details.allowed }),
    ...(details.issues !== undefined && details.issues.length > 1 && { issues: details.issues }),
    ...(details.example && { example: details.example }),
    ...(details.retryAfterSeconds !== undefined && { retry_after_s: details.retryAfterSeconds }),
    ...(details.scaleSays !== undefined && { scale_says: createFence().untrusted(details.scaleSays) }),
    outcome: details.outcome,
    request_id: requestId,
    ...(steps.length > 0 && { next_steps: steps }),
  };
}
