import { evaluatePolicy } from '../access/consent/consent-policy.ts';
import { isRecord } from '../responses/compact.ts';
import { affectedResources } from './affected-resources.ts';
import { authorize, authorizeStep } from './authorize.ts';
import { confirm } from './confirm.ts';
import { enforceProjectScope } from './enforce-project-scope.ts';
import { parseArguments } from './parse.ts';
import { refusePrivateUrls } from './refuse-private-urls.ts';
import { shape } from './shape.ts';
import { ToolFailure } from './tool-failure.ts';
import type { PreparedCall } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { CallState } from './call-state.ts';
import type { Run } from './run.ts';

/** @returns `end` where nothing is left to do */
type Step = (call: CallState) => Promise<void | 'end'> | void;

/** What every call goes through, in this order. */
export const CALL_STEPS: readonly Step[] = [
  countCall,
  authorizeTool,
  parse,
  requireScale,
  refuseUrls,
  openRun,
  enforceScope,
  checkAgainstScale,
  endWithNothingToDo,
  askForConsent,
  countCharge,
  recordIntent,
  execute,
  shapeOutput,
  recordOutcome,
];

/**
 * What a step of a job goes through: its plan was validated and approved as a whole, and nobody waits for its output.
 */
export const JOB_STEPS: readonly Step[] = [
  authorizeJobStep,
  parse,
  openRun,
  enforceScope,
  recordIntent,
  execute,
  recordOutcome,
];

/** @throws whatever a step failed with */
export async function runThrough(steps: readonly Step[], call: CallState): Promise<void> {
  for (const step of steps) if ((await step(call)) === 'end') return;
}

async function countCall({ deps, caller }: CallState): Promise<void> {
  await deps.limits.countCall(caller.principal);
}

function authorizeTool({ tool, caller }: CallState): void {
  authorize(tool, caller);
}

function authorizeJobStep(call: CallState): void {
  const { tool, caller, deps } = call;
  authorizeStep(tool, caller, evaluatePolicy(deps.confirm.policy, tool, known(call).mode));
}

function parse(call: CallState): void {
  const { call: prepared, args, coerced } = parseArguments(call.tool, call.args);
  call.prepared = prepared;
  call.args = args;
  call.coerced = coerced;
  if (prepared.subjects.project !== undefined) call.intent.project = prepared.subjects.project;
}

const NO_KEY =
  'No Scale API key is configured. Whoever runs the server sets SCALE_API_KEY in its environment (in the "env" block of the host\'s MCP configuration) or points --api-key-file to a file that holds the key.';

function requireScale(call: CallState): void {
  const { deps, caller } = call;
  const scale = deps.scaleFor(caller);
  if (scale && caller.mode) {
    call.access = { scale, mode: caller.mode };
    return;
  }
  throw new ToolFailure(
    'no_api_key',
    `${deps.keyProblem ?? NO_KEY} Nothing was sent. Restart the server afterwards. To try it without an account, start it with --sandbox.`,
    { outcome: 'not_sent', allowed: 'SCALE_API_KEY, --api-key-file FILE or --sandbox' },
  );
}

function refuseUrls(call: CallState): void {
  const { urlHosts } = call.deps;
  refusePrivateUrls(call.tool, call.args, known(call).mode === 'sandbox' ? urlHosts.sandbox : urlHosts.scale);
}

function openRun(call: CallState): void {
  call.run = call.openRun(call);
}

async function enforceScope(call: CallState): Promise<void> {
  const { prepared, run } = ready(call);
  await enforceProjectScope(call.caller.projects, call.tool, prepared, run.context.lookUp);
}

async function checkAgainstScale(call: CallState): Promise<void> {
  const { prepared, run } = ready(call);
  call.unchecked = await prepared.check(run.context);
}

async function endWithNothingToDo(call: CallState): Promise<void | 'end'> {
  const { prepared, run } = ready(call);
  const answer = await prepared.nothingToDo(run.context);
  if (answer === undefined) return undefined;
  await call.recordOutcome({ result: 'ok', outcome: 'no_effect' });
  call.response = answer;
  shapeOutput(call);
  return 'end';
}

async function askForConsent(call: CallState): Promise<void> {
  const { prepared, run, mode } = ready(call);
  await confirm(call, prepared, { context: run.context, mode, deps: call.deps.confirm });
}

async function countCharge(call: CallState): Promise<void> {
  const { tool, caller, deps, stop } = call;
  if (!call.hasEffect || !tool.consequences.includes('billable')) return;
  if (stop.aborted) throw stop.reason;
  const { prepared, run } = ready(call);
  const { tasks = 0, type = '' } = tool.effect === 'create' ? await prepared.planned(run.context) : {};
  await deps.limits.countBillable(caller.principal, tasks * (deps.confirm.rates[type] ?? 0));
}

/** From here on something may be sent that has an effect: it is recorded before it is sent. */
async function recordIntent(call: CallState): Promise<void> {
  if (!call.hasEffect) return;
  if (call.stop.aborted) throw call.stop.reason;
  await nameTaskType(call);
  await call.deps.auditSink.recordIntent(call.intent);
  call.started = true;
}

/** A record of a creation says what it costs by the operator's rates; that of a plan leaves it to its steps. */
async function nameTaskType(call: CallState): Promise<void> {
  const { tool, intent } = call;
  if (tool.effect !== 'create' || !tool.consequences.includes('billable') || tool.toolset === 'bulk') return;
  const { prepared, run } = ready(call);
  const { type } = await prepared.planned(run.context);
  if (type !== undefined) intent.task_type = type;
}

async function execute(call: CallState): Promise<void> {
  const { prepared, run, scale } = ready(call);
  call.stop.throwIfAborted();
  call.response = await prepared.execute(run.context);
  call.existed = run.existed() && !(call.isStep && isMadeSince(call.response, call.startedAt));
  if (call.hasEffect && !call.isStep) call.lookUps.forget(scale);
}

/** What was made since the work began is of this work, even where a process that was ended could not say so. */
function isMadeSince(response: unknown, startedAt: number): boolean {
  const at = isRecord(response) ? response['created_at'] : undefined;
  return typeof at === 'string' && Date.parse(at) >= startedAt;
}

function shapeOutput(call: CallState): void {
  const { prepared, mode } = ready(call);
  const { tool, caller, coerced, unchecked, existed, resultLimit } = call;
  call.pictures = prepared.pictures(call.response);
  call.meta = prepared.meta(call.response);
  const context = { mode, caller, coerced, unchecked, existed, resultLimit };
  call.output = shape(tool, prepared, call.response, context);
}

async function recordOutcome(call: CallState): Promise<void> {
  const { prepared } = ready(call);
  await call.recordOutcome({
    result: 'ok',
    outcome: call.hasEffect && !call.existed ? 'done' : 'no_effect',
    touched: affectedResources(call.response, prepared.subjects),
  });
}

function known({ access }: CallState): { scale: ScaleClient; mode: Mode } {
  if (access) return access;
  throw new Error('a step comes before the one that finds the access to Scale');
}

function ready(call: CallState): { prepared: PreparedCall; run: Run; scale: ScaleClient; mode: Mode } {
  const { prepared, run } = call;
  if (prepared && run) return { prepared, run, ...known(call) };
  throw new Error('a step comes before the one that opens the adapter');
}
