import { createHash } from 'node:crypto';
import { mergePatch } from '../../catalog/merge-patch.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { isRecord } from '../../responses/compact.ts';
import { PlanMaking } from '../bulk/plan-making.ts';
import { causeOf } from './cause-of.ts';
import { failedTasks } from './failed-tasks.ts';
import type { Change, RepairRequest } from '../../catalog/work.ts';
import type { Draft } from '../bulk/draft-rows.ts';
import type { Plan } from '../bulk/plan.ts';
import type { PlanDeps, PlanHead } from '../bulk/plan-making.ts';
import type { FailedTask } from './failed-tasks.ts';

const CHUNK = 200;

const PRIORITIES = new Set([10, 20, 30]);

/** Where the new tasks go. */
type Home = Pick<PlanHead, 'project' | 'batch' | 'new_batch'>;

/**
 * Plans to ask for failed tasks once more, with changes applied. Sends nothing with an effect.
 *
 * @throws RefusedArguments when there is nothing to repair, or nowhere to put it
 */
export async function planRepair(request: RepairRequest, deps: PlanDeps): Promise<Plan> {
  let making: PlanMaking | undefined;
  let first: FailedTask | undefined;
  let home: Home = {};
  let drafts: Draft[] = [];
  for await (const task of failedTasks(request, deps.path)) {
    deps.signal.throwIfAborted();
    if (request.cause !== undefined && causeOf(task.response).cause !== request.cause) continue;
    if (!making || !first) {
      first = task;
      home = await homeFor(task, request, deps);
      making = new PlanMaking({ ...headOf(task, request), ...home }, deps);
    }
    if (task.type !== first.type) throw mixed(first, task);
    making.rowsRead += 1;
    drafts.push(await draft(task, making.rowsRead, { request, home, deps }));
    if (drafts.length < CHUNK) continue;
    await making.take(drafts);
    drafts = [];
  }
  if (!making) throw nothing(request);
  await making.take(drafts);
  return making.finish({ files: 0, bytes: 0 });
}

function headOf({ type = '' }: FailedTask, request: RepairRequest): PlanHead {
  const { batch, project, cause } = request;
  const where =
    batch === undefined ? (project === undefined ? '' : ` of project ${project}`) : ` of batch ${batch}`;
  const why = cause === undefined ? '' : ` (${cause})`;
  return { tool: request.creationOf(type).tool, type, source: `failed tasks${where}${why}`, lookUp: false };
}

interface Drafting {
  request: RepairRequest;
  home: Home;
  deps: PlanDeps;
}

async function draft(task: FailedTask, line: number, { request, home, deps }: Drafting): Promise<Draft> {
  const { tool, within } = request.creationOf(task.type ?? '');
  const uniqueId = task.unique_id ?? derivedFrom(task.task_id);
  const asked = applyChange(await askedFor(task, deps), request);
  const { project, batch, new_batch: isNew = false } = home;
  const place = { ...(project !== undefined && { project }), ...(batch !== undefined && { batch }) };
  const params = { ...asked, ...place, unique_id: uniqueId };
  const wrap = (args: Record<string, unknown>): Record<string, unknown> =>
    within === undefined ? args : { type: task.type, [within]: args };
  const { batch: _notYet, ...withoutBatch } = params as Record<string, unknown>;
  const reasons = await deps.path.judge({ tool, arguments: wrap(isNew ? withoutBatch : params) });
  if (reasons.length > 0) return { line, reason: `task ${task.task_id}: ${reasons.join('; ')}` };
  const repairs = { task_id: task.task_id, frees: task.unique_id !== undefined };
  return { line, args: wrap(params), unique_id: uniqueId, uploads: [], repairs };
}

/** What the task was asked with. Scale shows the project's instruction behind the task's own. */
async function askedFor(task: FailedTask, { path }: PlanDeps): Promise<Record<string, unknown>> {
  const { params = {}, callback_url, metadata, tags, priority } = task;
  const instruction = await ownInstruction(task, path.lookUp);
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
  lookUp: PlanDeps['path']['lookUp'],
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

function applyChange(
  params: Record<string, unknown>,
  { replace = [], set }: Change,
): Record<string, unknown> {
  const replaced = replace.length === 0 ? params : replaceUrls(params, replace, false);
  return mergePatch(replaced, set ?? {});
}

function replaceUrls(
  value: unknown,
  replace: NonNullable<Change['replace']>,
  isAttachment: boolean,
): unknown {
  if (typeof value === 'string') {
    return isAttachment ? replace.reduce((text, { from, to }) => text.replaceAll(from, to), value) : value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => replaceUrls(item, replace, isAttachment));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      replaceUrls(member, replace, name === 'attachment' || name === 'attachments'),
    ]),
  );
}

/** Where the old batch takes no more tasks, a new one is needed. */
async function homeFor(task: FailedTask, { intoBatch }: RepairRequest, { path }: PlanDeps): Promise<Home> {
  const { project, batch } = task;
  if (intoBatch !== undefined) {
    const { state } = await path.lookUp('batch', intoBatch, { fresh: true });
    return { project, batch: intoBatch, new_batch: state === 'missing' };
  }
  if (batch === undefined || (await takesTasks(batch, project, path.lookUp))) return { project, batch };
  throw new RefusedArguments([
    {
      path: 'into_batch',
      message: `batch "${batch}" is finalized and takes no more tasks; give into_batch, the name of a new one`,
      allowed: 'a name for a new batch, or of one in staging',
    },
  ]);
}

async function takesTasks(
  batch: string,
  project: string | undefined,
  lookUp: PlanDeps['path']['lookUp'],
): Promise<boolean> {
  const found = await lookUp('batch', batch, { fresh: true });
  if (found.state !== 'found' || found.object['status'] === 'staging' || project === undefined) return true;
  const home = await lookUp('project', project);
  return home.state !== 'found' || !(home.object['rapid'] === true || home.object['studio'] === true);
}

function derivedFrom(taskId: string): string {
  return `mcp-${createHash('sha256').update(`instead of ${taskId}`).digest('hex').slice(0, 32)}`;
}

function mixed(first: FailedTask, other: FailedTask): RefusedArguments {
  const message = `are of different types: ${first.task_id} is ${first.type ?? 'unknown'}, ${other.task_id} is ${other.type ?? 'unknown'}; repair one type at a time`;
  return new RefusedArguments([{ path: 'task_ids', message }]);
}

function nothing({ batch, project, cause }: RepairRequest): RefusedArguments {
  const path = batch === undefined ? (project === undefined ? 'task_ids' : 'project') : 'batch';
  const why = cause === undefined ? '' : ` for the cause ${cause}`;
  return new RefusedArguments([
    { path, message: `has no failed tasks${why} that were not resubmitted already` },
  ]);
}
