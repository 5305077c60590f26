import { randomBytes } from 'node:crypto';
import { redactArguments } from '../observability/redact.ts';
import { isRecord } from '../responses/compact.ts';
import { ScaleError } from '../scale/errors.ts';
import { createFence } from '../responses/untrusted.ts';
import { authorize } from './authorize.ts';
import { confirm } from './confirm.ts';
import { diagnoseNotFound } from './diagnose-not-found.ts';
import { keepInScope } from './keep-in-scope.ts';
import { LookUps } from './lookups.ts';
import { nameFailure } from './name-failure.ts';
import { parseArguments } from './parse.ts';
import { runContext } from './run.ts';
import { shape, usableSteps } from './shape.ts';
import { ToolFailure } from './tool-failure.ts';
import type { ConfirmationPolicy } from './confirm.ts';
import type { ToolErrorBody } from './tool-failure.ts';
import type { Caller } from '../access/caller.ts';
import type { CallLimits } from '../access/limits/call-limits.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { PreparedCall, ReportProgress, Tool } from '../catalog/tool.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallIntent, CallRecord, Trail } from '../observability/trail.ts';
import type { ScaleClient } from '../scale/client.ts';

interface Invocation {
  tool: Tool;
  args: unknown;
  caller: Caller;
  /** Name and version of the MCP client. */
  client?: string;
  signal: AbortSignal;
  /** Told how far the call is, where the caller asked for it. */
  report?: ReportProgress;
}

export type InvocationResult =
  { ok: true; output: Record<string, unknown> } | { ok: false; error: ToolErrorBody };

export interface InvokerDeps {
  /** The adapter for a caller's Scale key, or undefined while none is configured. */
  scaleFor(caller: Caller): ScaleClient | undefined;
  files: LocalFiles;
  policy: ConfirmationPolicy;
  limits: CallLimits;
  trail: Trail;
  logger: Logger;
  /** Milliseconds after which a call ends, whatever it waits for. */
  deadlineMs: number;
  now(): number;
}

/** Carries out one tool call. Never throws: a failure is an answer too. */
export type Invoker = (invocation: Invocation) => Promise<InvocationResult>;

/** The one path that every call takes: authorize, parse, check, confirm, run, shape, record. */
export function createInvoker(deps: InvokerDeps): Invoker {
  const lookUps = new LookUps(() => deps.now());
  return async (invocation) => {
    const { args, caller, report = ignoreProgress } = invocation;
    const deadline = AbortSignal.timeout(deps.deadlineMs);
    const stop = AbortSignal.any([invocation.signal, deadline]);
    const tool = caller.selection.find(invocation.tool.name) ?? invocation.tool;
    const startedAt = deps.now();
    const intent = intentOf(invocation, tool);
    const settle = (settled: Settled): Promise<void> =>
      deps.trail.record({ ...intent, ...settled, duration_ms: Math.round(deps.now() - startedAt) });
    let call: PreparedCall | undefined;
    let sent = false;
    try {
      await deps.limits.countCall(caller.principal);
      authorize(tool, caller);
      const parsed = parseArguments(tool, args);
      call = parsed.call;
      const { project } = call.subjects;
      if (project !== undefined) intent.project = project;
      const { scale, mode } = requireScale(deps, caller);
      const lookUp = lookUps.through(scale, stop);
      const context = runContext({ scale, mode, files: deps.files, lookUp, report }, { stop, deadline });
      await keepInScope(caller.projects, tool, call, lookUp);
      const unchecked = await call.check(context);
      await confirm(deps.policy, tool, caller);
      if (tool.effect !== 'read') {
        if (stop.aborted) throw stop.reason;
        if (tool.consequences.includes('billable')) await deps.limits.countBillable(caller.principal);
        await deps.trail.intend(intent);
        sent = true;
      }
      const response = await call.execute(context);
      if (tool.effect !== 'read') lookUps.forget(scale);
      const output = shape(tool, call, response, { mode, caller, coerced: parsed.coerced, unchecked });
      await settle({
        result: 'ok',
        outcome: tool.effect === 'read' ? 'no_effect' : 'done',
        touched: touchedBy(response, call),
      });
      return { ok: true, output };
    } catch (error) {
      const named = nameFailure(asEnded(error, stop, deadline), tool, call, sent);
      const failure = await explained(named, call, deps.scaleFor(caller), caller);
      const { cause, outcome } = failure.details;
      const { request_id } = intent;
      deps.logger.debug({ request_id, err: cause ?? failure }, failure.message);
      if (failure.code === 'internal_error') deps.logger.error({ request_id, err: cause }, failure.message);
      const attempts = cause instanceof ScaleError && cause.attempts > 1 ? { attempts: cause.attempts } : {};
      await settle({ result: failure.code, outcome, ...attempts });
      return { ok: false, error: errorBody(failure, request_id, caller) };
    }
  };
}

function ignoreProgress(): void {
  // nobody asked for it
}

/** A transport may give any reason for the abort. */
function asEnded(error: unknown, stop: AbortSignal, deadline: AbortSignal): unknown {
  if (!stop.aborted || error !== stop.reason) return error;
  return deadline.aborted
    ? new DOMException('The deadline has passed.', 'TimeoutError')
    : new DOMException('The call was cancelled.', 'AbortError');
}

type Settled = Pick<CallRecord, 'result' | 'outcome' | 'touched' | 'attempts'>;

function intentOf({ args, caller, client }: Invocation, tool: Tool): CallIntent {
  return {
    request_id: `req_${randomBytes(8).toString('hex')}`,
    principal: caller.principal,
    ...(client !== undefined && { client }),
    tool: tool.name,
    effect: tool.effect,
    consequences: tool.consequences,
    mode: caller.mode,
    ...redactArguments(args),
  };
}

/** The ids in Scale's answer, and what the arguments named. */
function touchedBy(response: unknown, call: PreparedCall): string[] {
  const ids = isRecord(response) ? [response['task_id'], response['id'], response['name']] : [];
  return [...new Set([...ids, ...Object.values(call.subjects)].filter((id) => typeof id === 'string'))];
}

/** A 404 says what a user usually got wrong; not to callers limited by project, who would learn of others. */
async function explained(
  failure: ToolFailure,
  call: PreparedCall | undefined,
  scale: ScaleClient | undefined,
  { mode, projects }: Caller,
): Promise<ToolFailure> {
  if (failure.code !== 'not_found' || !call || !scale || !mode || projects) return failure;
  const { hints, nextSteps } = await diagnoseNotFound(call, scale, mode);
  return new ToolFailure('not_found', [failure.message, ...hints].join(' '), {
    ...failure.details,
    nextSteps: [...nextSteps, ...(failure.details.nextSteps ?? [])],
  });
}

function requireScale(
  deps: InvokerDeps,
  caller: Caller,
): { scale: ScaleClient; mode: NonNullable<Caller['mode']> } {
  const scale = deps.scaleFor(caller);
  if (scale && caller.mode) return { scale, mode: caller.mode };
  throw new ToolFailure(
    'no_api_key',
    'No Scale API key is configured, so nothing was sent. Whoever runs the server sets SCALE_API_KEY in its environment (in the "env" block of the host\'s MCP configuration) or points --api-key-file to a file that holds the key, and restarts it. To try it without an account, start it with --sandbox.',
    { outcome: 'not_sent', allowed: 'SCALE_API_KEY, --api-key-file FILE or --sandbox' },
  );
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
