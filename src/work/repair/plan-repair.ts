import { createHash } from 'node:crypto';
import { mergePatch } from '../../catalog/merge-patch.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { isRecord } from '../../responses/compact.ts';
import { PlanMaking } from '../bulk/plan-making.ts';
import { takesTasks } from '../bulk/takes-tasks.ts';
import { causeOf } from './cause-of.ts';
import { failedTasks } from './failed-tasks.ts';
import { ownIdOf } from './own-id.ts';
import { quotedName } from '../../responses/quoted-name.ts';
import type { Change, RepairRequest } from '../../catalog/work/repairs.ts';
import type { Draft } from '../bulk/draft-rows.ts';
import type { Plan } from '../bulk/plan.ts';
import type { PlanDeps, PlanHead } from '../bulk/plan-making.ts';
import type { FailedTask } from './failed-tasks.ts';

const CHUNK = 200;

const PRIORITIES = new Set([10, 20, 30]);

/** What a repair does beside creating tasks. */
const STEPS = ['scale_ai_update_task_unique_id', 'scale_ai_set_task_metadata'] as const;

/**
 * Plans to ask for failed tasks once more, with changes applied. Sends nothing with an effect.
 *
 * @throws RefusedArguments when there is nothing to repair, nowhere to put it, or a change that changes nothing
 */
export async function planRepair(request: RepairRequest, deps: PlanDeps): Promise<Plan> {
  for (const step of STEPS) deps.scale.permit(step);
  let making: PlanMaking | undefined;
  let first: FailedTask | undefined;
  let drafts: Draft[] = [];
  const changes = new Changes(request);
  for await (const task of failedTasks(request, deps.scale)) {
    deps.signal.throwIfAborted();
    if (request.cause !== undefined && causeOf(task.response).cause !== request.cause) continue;
    const destination = await destinationOf(task, request, deps);
    first ??= task;
    making ??= new PlanMaking(headOf(task, request, destination), deps);
    checkAlike(first, task);
    making.rowsRead += 1;
    drafts.push(await draft(task, making.rowsRead, { request, changes, destination, deps }));
    if (drafts.length < CHUNK) continue;
    await making.take(drafts);
    drafts = [];
  }
  if (!making) throw nothing(request);
  changes.check();
  await making.take(drafts);
  return making.finish();
}

/** Where a new task goes. */
interface Destination {
  project?: string | undefined;
  batch?: string | undefined;
  /** Whether the batch is made first. */
  isNew: boolean;
}

function headOf({ type = '' }: FailedTask, request: RepairRequest, destination: Destination): PlanHead {
  const { batch, project, cause, intoBatch } = request;
  const where =
    batch === undefined ? (project === undefined ? '' : ` of project ${project}`) : ` of batch ${batch}`;
  const why = cause === undefined ? '' : ` (${cause})`;
  return {
    tool: request.creationOf(type).tool,
    type,
    project: destination.project,
    batch: intoBatch ?? batch,
    new_batch: destination.isNew,
    source: `failed tasks${where}${why}`,
    also: `Each failed task gives its unique_id up to the new one and says so in its metadata${changeWords(request)}`,
    lookUp: false,
  };
}

function changeWords({ replace = [], set = {} }: Change): string {
  const changes = [
    ...replace.map(({ from, to }) => `${quotedName(from)} becomes ${quotedName(to)} in attachments`),
    ...Object.keys(set).map((name) => `${quotedName(name)} is set`),
  ];
  return changes.length === 0 ? '; nothing else is changed.' : `; ${changes.join(', ')}.`;
}

interface Drafting {
  request: RepairRequest;
  changes: Changes;
  destination: Destination;
  deps: PlanDeps;
}

async function draft(
  task: FailedTask,
  line: number,
  { request, changes, destination, deps }: Drafting,
): Promise<Draft> {
  const { tool, within } = request.creationOf(task.type ?? '');
  const ownId = ownIdOf(task);
  const uniqueId = ownId ?? derivedFrom(task.task_id);
  const wrap = (args: Record<string, unknown>): Record<string, unknown> =>
    within === undefined ? args : { type: task.type, [within]: args };
  const stored = deps.scale.withoutUnknown({ tool, arguments: wrap(await askedFor(task, deps)) });
  const inner = within === undefined ? stored : stored[within];
  const asked = changes.apply(isRecord(inner) ? inner : {});
  const { project, batch, isNew } = destination;
  const place = { ...(project !== undefined && { project }), ...(batch !== undefined && { batch }) };
  const params = { ...asked, ...place, unique_id: uniqueId };
  const { batch: _notYet, ...withoutBatch } = params as Record<string, unknown>;
  const reasons = await deps.scale.validate({ tool, arguments: wrap(isNew ? withoutBatch : params) });
  if (reasons.length > 0) return { line, reason: `task ${task.task_id}: ${reasons.join('; ')}` };
  const repairs = { task_id: task.task_id, frees: ownId !== undefined };
  return { line, args: wrap(params), unique_id: uniqueId, uploads: [], repairs };
}

/** What the task was asked with. Scale shows the project's instruction behind the task's own. */
async function askedFor(task: FailedTask, { scale }: PlanDeps): Promise<Record<string, unknown>> {
  const { params = {}, callback_url, metadata, tags, priority } = task;
  const instruction = await ownInstruction(task, scale.lookUp);
  return {
    ...params,
    ...(instruction !== undefined && { instruction }),
    ...(callback_url !== undefined && { callback_url }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(tags && tags.length > 0 && { tags }),
    ...(priority !== undefined && PRIORITIES.has(priority) && { priority }),
  };
}

async function ownInstruction(
  { project, instruction }: FailedTask,
  lookUp: PlanDeps['scale']['lookUp'],
): Promise<string | undefined> {
  if (instruction === undefined || project === undefined) return instruction;
  const found = await lookUp('project', project);
  const history: unknown = found.state === 'found' ? found.object['param_history'] : undefined;
  const current: unknown = Array.isArray(history) ? history.at(-1) : undefined;
  const inherited = isRecord(current) ? current['instruction'] : undefined;
  if (typeof inherited !== 'string' || !instruction.endsWith(inherited)) return instruction;
  const own = instruction.slice(0, -inherited.length).trimEnd();
  return own === '' ? undefined : own;
}

/** What is to be different, and whether it was. */
class Changes {
  readonly #change: Change;
  #hasReplaced = false;

  constructor({ replace, set }: Change) {
    this.#change = { replace, set };
  }

  apply(params: Record<string, unknown>): Record<string, unknown> {
    return mergePatch(this.#replaceUrls(params, false), this.#change.set ?? {});
  }

  /** @throws RefusedArguments when what is to be replaced stands in no attachment */
  check(): void {
    const { replace = [] } = this.#change;
    if (replace.length === 0 || this.#hasReplaced) return;
    const sought = replace.map(({ from }) => `"${from}"`).join(', ');
    throw new RefusedArguments([
      {
        path: 'replace',
        message: `${sought} stands in no attachment URL of these tasks, so they would fail again; scale_ai_diagnose_tasks shows examples`,
      },
    ]);
  }

  #replaceUrls(value: unknown, isAttachment: boolean): unknown {
    if (typeof value === 'string') return isAttachment ? this.#replaceIn(value) : value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.#replaceUrls(item, isAttachment));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        this.#replaceUrls(member, name === 'attachment' || name === 'attachments'),
      ]),
    );
  }

  #replaceIn(url: string): string {
    const { replace = [] } = this.#change;
    const replaced = replace.reduce((text, { from, to }) => text.replaceAll(from, to), url);
    if (replaced !== url) this.#hasReplaced = true;
    return replaced;
  }
}

/** Where the old batch takes no more tasks, a new one is needed. */
async function destinationOf(
  task: FailedTask,
  { intoBatch }: RepairRequest,
  { scale }: PlanDeps,
): Promise<Destination> {
  const { project, batch } = task;
  const into = intoBatch ?? batch;
  if (into !== undefined && !(await takesTasks(into, scale.lookUp))) throw closed(into);
  if (intoBatch === undefined) return { project, batch, isNew: false };
  const { state } = await scale.lookUp('batch', intoBatch);
  return { project, batch: intoBatch, isNew: state === 'missing' };
}

function closed(batch: string): RefusedArguments {
  return new RefusedArguments([
    {
      path: 'into_batch',
      message: `batch "${batch}" is finalized and takes no more tasks; give into_batch, the name of a new one`,
      allowed: 'a name for a new batch, or of one in staging',
    },
  ]);
}

function derivedFrom(taskId: string): string {
  return `mcp-${createHash('sha256').update(`instead of ${taskId}`).digest('hex').slice(0, 32)}`;
}

/** @throws RefusedArguments for tasks that no single plan can hold */
function checkAlike(first: FailedTask, other: FailedTask): void {
  for (const name of ['type', 'project'] as const) {
    if (first[name] === other[name]) continue;
    const message = `are of different ${name}s: ${first.task_id} is of ${first[name] ?? 'none'}, ${other.task_id} of ${other[name] ?? 'none'}; repair one ${name} at a time`;
    throw new RefusedArguments([{ path: 'task_ids', message }]);
  }
}

function nothing({ batch, project, cause }: RepairRequest): RefusedArguments {
  const path = batch === undefined ? (project === undefined ? 'task_ids' : 'project') : 'batch';
  const why = cause === undefined ? '' : ` for the cause ${cause}`;
  return new RefusedArguments([
    {
      path,
      message: `has no failed tasks${why} that were not resubmitted already; results that are not good enough are no failures: scale_ai_audit_tasks rejects them`,
    },
  ]);
}
