import { RetryBudget } from '../scale/retry.ts';
import { authorize } from './authorize.ts';
import { openCallPath } from './call-path.ts';
import { AskFirst, confirm } from './confirm.ts';
import { fail } from './fail.ts';
import { beginFlow } from './flow.ts';
import { keepInScope } from './keep-in-scope.ts';
import { keepOutside } from './keep-outside.ts';
import { LookUps } from './lookups.ts';
import { parseArguments } from './parse.ts';
import { openRun } from './run.ts';
import { shape } from './shape.ts';
import { ToolFailure } from './tool-failure.ts';
import { touchedBy } from './touched.ts';
import type { Standing } from '../access/standing.ts';
import type { Caller } from '../access/caller.ts';
import type { PreparedCall } from '../catalog/tool.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { Question } from './confirm.ts';
import type { Flow, Invocation, InvokerDeps } from './flow.ts';
import type { Run } from './run.ts';
import type { ToolErrorBody } from './tool-failure.ts';

export type InvocationResult =
  | { ok: true; output: Record<string, unknown> }
  /** `question`: a person may be asked, and the call made again with what they said. */
  | { ok: false; error: ToolErrorBody; question?: Question };

/** Carries out one tool call. Never throws: a failure is an answer too. */
export type Invoker = (invocation: Invocation) => Promise<InvocationResult>;

/** The one path that every call takes: authorize, parse, check, confirm, run, shape, record. */
export function createInvoker(deps: InvokerDeps): Invoker {
  const lookUps = new LookUps(() => deps.now());
  return async (invocation) => {
    const flow = beginFlow(invocation, deps);
    try {
      return { ok: true, output: await carryOut(flow, deps, lookUps) };
    } catch (error) {
      const body = await fail(flow, error, deps);
      return { ok: false, error: body, ...(error instanceof AskFirst && { question: error.question }) };
    } finally {
      flow.end();
    }
  };
}

async function carryOut(flow: Flow, deps: InvokerDeps, lookUps: LookUps): Promise<Record<string, unknown>> {
  const { tool, caller, intent } = flow;
  await deps.limits.countCall(caller.principal);
  authorize(tool, caller);
  const { call, coerced } = parseArguments(tool, flow.args);
  flow.call = call;
  if (call.subjects.project !== undefined) intent.project = call.subjects.project;
  const { scale, mode } = requireScale(deps, caller);
  keepOutside(tool, flow.args, mode === 'sandbox' ? deps.urlHosts.sandbox : deps.urlHosts.scale);
  const run = runOf(flow, call, { deps, scale, mode, lookUps });
  await keepInScope(caller.projects, tool, call, run.context.lookUp);
  const unchecked = await call.check(run.context);
  await confirm(flow, call, { context: run.context, mode, deps: deps.confirm });
  const hasEffect = tool.effect !== 'read' && !tool.plansOnly;
  if (hasEffect) await beginEffect(flow, call, run, deps);
  flow.stop.throwIfAborted();
  const response = await call.execute(run.context);
  if (hasEffect) lookUps.forget(scale);
  const existed = run.existed();
  const output = shape(tool, call, response, { mode, caller, coerced, unchecked, existed });
  await flow.settle({
    result: 'ok',
    outcome: hasEffect && !existed ? 'done' : 'no_effect',
    touched: touchedBy(response, call.subjects),
  });
  return output;
}

/** From here on something may be sent that has an effect: it is counted, and recorded before it is sent. */
async function beginEffect(
  flow: Flow,
  call: PreparedCall,
  { context }: Run,
  deps: InvokerDeps,
): Promise<void> {
  const { tool, caller, stop, intent } = flow;
  if (stop.aborted) throw stop.reason;
  if (tool.consequences.includes('billable')) {
    const { rates } = deps.confirm;
    const { tasks = 0, type = '' } = tool.effect === 'create' ? await call.planned(context) : {};
    await deps.limits.countBillable(caller.principal, tasks * (rates[type] ?? 0));
  }
  await deps.trail.intend(intent);
  flow.begun = true;
}

async function standingOf({ principal, role }: Caller, deps: InvokerDeps): Promise<Standing> {
  return {
    principal,
    ...(role !== undefined && { role }),
    limits: await deps.limits.left(principal),
    policy: deps.confirm.policy,
    auto_unique_id: deps.autoUniqueId,
  };
}

function runOf(
  { tool, caller, intent, report, stop, deadline }: Flow,
  call: PreparedCall,
  parts: { deps: InvokerDeps; scale: ScaleClient; mode: NonNullable<Caller['mode']>; lookUps: LookUps },
): Run {
  const { deps, scale, mode, lookUps } = parts;
  const startedAt = Date.now();
  const path = openCallPath({
    deps,
    catalog: deps.findTool,
    caller,
    scale,
    mode,
    lookUps,
    stop,
    startedAt,
  });
  const once = call.once(deps.autoUniqueId);
  if (once) intent.identity = once.identity(1);
  return openRun(
    {
      scale,
      mode,
      files: deps.files,
      lookUp: lookUps.through(scale, stop),
      report,
      work: deps.workFor({ caller, path, report, signal: stop }),
      standing: () => standingOf(caller, deps),
      isSafe: tool.idempotent || once !== undefined,
      once,
      budget: new RetryBudget(),
      startedAt,
    },
    { stop, deadline },
  );
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
