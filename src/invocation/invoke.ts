import { randomBytes } from 'node:crypto';
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
import type { LocalFiles } from '../access/local-files.ts';
import type { PreparedCall, Tool } from '../catalog/tool.ts';
import type { Logger } from '../observability/logger.ts';
import type { Trail } from '../observability/trail.ts';
import type { ScaleClient } from '../scale/client.ts';

interface Invocation {
  tool: Tool;
  args: unknown;
  caller: Caller;
  signal: AbortSignal;
}

export type InvocationResult =
  { ok: true; output: Record<string, unknown> } | { ok: false; error: ToolErrorBody };

export interface InvokerDeps {
  /** The adapter for a caller's Scale key, or undefined while none is configured. */
  scaleFor(caller: Caller): ScaleClient | undefined;
  files: LocalFiles;
  policy: ConfirmationPolicy;
  trail: Trail;
  logger: Logger;
  now(): number;
}

/** Carries out one tool call. Never throws: a failure is an answer too. */
export type Invoker = (invocation: Invocation) => Promise<InvocationResult>;

/** The one path that every call takes: parse, authorize, check, confirm, run, shape, record. */
export function createInvoker(deps: InvokerDeps): Invoker {
  const lookUps = new LookUps(() => deps.now());
  return async ({ tool: asked, args, caller, signal }) => {
    const tool = caller.selection.find(asked.name) ?? asked;
    const requestId = `req_${randomBytes(8).toString('hex')}`;
    const startedAt = deps.now();
    let call: PreparedCall | undefined;
    try {
      const parsed = parseArguments(tool, args);
      call = parsed.call;
      authorize(tool, caller);
      const { scale, mode } = requireScale(deps, caller);
      const lookUp = lookUps.through(scale, signal);
      const context = runContext({ scale, mode, files: deps.files, lookUp }, signal);
      await keepInScope(caller.projects, tool, call, lookUp);
      const unchecked = await call.check(context);
      await confirm(deps.policy, tool, caller);
      const response = await call.execute(context);
      if (tool.effect !== 'read') lookUps.forget(scale);
      const output = shape(tool, call, response, { mode, caller, coerced: parsed.coerced, unchecked });
      record(deps, {
        tool,
        caller,
        requestId,
        startedAt,
        result: 'ok',
        outcome: tool.effect === 'read' ? 'no_effect' : 'done',
      });
      return { ok: true, output };
    } catch (error) {
      const failure = await explained(nameFailure(error, tool, call), call, deps.scaleFor(caller), caller);
      deps.logger.debug({ request_id: requestId, err: failure.details.cause ?? failure }, failure.message);
      if (failure.code === 'internal_error') {
        deps.logger.error({ request_id: requestId, err: failure.details.cause }, failure.message);
      }
      record(deps, {
        tool,
        caller,
        requestId,
        startedAt,
        result: failure.code,
        outcome: failure.details.outcome,
      });
      return { ok: false, error: errorBody(failure, requestId, caller) };
    }
  };
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

interface Settled {
  tool: Tool;
  caller: Caller;
  requestId: string;
  startedAt: number;
  result: string;
  outcome: ToolErrorBody['outcome'];
}

function record(deps: InvokerDeps, call: Settled): void {
  deps.trail.record({
    request_id: call.requestId,
    principal: call.caller.principal,
    tool: call.tool.name,
    effect: call.tool.effect,
    consequences: call.tool.consequences,
    mode: call.caller.mode,
    result: call.result,
    outcome: call.outcome,
    duration_ms: Math.round(deps.now() - call.startedAt),
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
