import { isRecord } from '../../responses/compact.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { planTasks } from './plan-tasks.ts';
import { invalidRowsOf, jobOfPlan, readPlan, rowsOf, thereRowsOf } from './plan.ts';
import { SUBMIT_PLAN } from './submit-plan.ts';
import type { ItemView, PlanView, Work } from '../../catalog/work.ts';
import type { Journal } from '../store/work-store.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { Plan } from './plan.ts';

/** Plans as their owner may make, see and submit them. */
export function planWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'planTasks' | 'plan' | 'hasBegun' | 'hasJob' | 'leftToCreate' | 'submitPlan' | 'planRows'> {
  const { viewer } = scope;
  return {
    async planTasks(request) {
      const opened = await room();
      const { store, now } = opened;
      return planView(await planTasks(request, { ...scope, owner: viewer.owner, store, now }), opened, scope);
    },
    async plan(planId) {
      const opened = await room();
      return planView(await readPlan(opened.store, viewer, planId), opened, scope);
    },
    async hasBegun(planId) {
      const job = await (await room()).engine.find(viewer, jobOfPlan(planId));
      return job !== undefined && job.state !== 'cancelled';
    },
    async submitPlan(planId, waitSeconds) {
      const opened = await room();
      const plan = await readPlan(opened.store, viewer, planId);
      const job = {
        id: jobOfPlan(planId),
        kind: SUBMIT_PLAN,
        tool: 'scale_ai_submit_plan',
        owner: viewer.owner,
        title: `${plan.to_create} ${plan.type} tasks from ${plan.source}`,
        ...(plan.project !== undefined && { project: plan.project }),
        ...(plan.batch !== undefined && { batch: plan.batch }),
        total: plan.to_create,
        input: { plan_id: planId },
      };
      return beginAndWatch(opened, scope, job, waitSeconds);
    },
    async hasJob(planId) {
      return (await (await room()).engine.find(viewer, jobOfPlan(planId))) !== undefined;
    },
    async leftToCreate(planId) {
      const { store, engine } = await room();
      const plan = await readPlan(store, viewer, planId);
      const { done = 0, counts = {} } = (await engine.find(viewer, jobOfPlan(planId))) ?? {};
      return plan.to_create - done + (counts['failed'] ?? 0);
    },
    async planRows(planId, which, { offset, limit }) {
      const { store } = await room();
      const plan = await readPlan(store, viewer, planId);
      const { journal, total } = journalOf(which, plan, store);
      return { items: await linesOf(journal, which, { offset, limit }), total };
    },
  };
}

function journalOf(
  which: 'planned' | 'invalid' | 'already_there',
  plan: Plan,
  store: WorkRoom['store'],
): { journal: Journal; total: number } {
  switch (which) {
    case 'planned':
      return { journal: rowsOf(store, plan.id), total: plan.to_create };
    case 'invalid':
      return { journal: invalidRowsOf(store, plan.id), total: plan.invalid };
    case 'already_there':
      return { journal: thereRowsOf(store, plan.id), total: sumOf(plan.already_there) };
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function planView(plan: Plan, { store, rates, currency }: WorkRoom, { path }: WorkScope): PlanView {
  const { id, owner: _owner, digest: _digest, created_at: _at, tool: _tool, ...rest } = plan;
  const rate = rates[plan.type];
  return {
    plan_id: id,
    ...rest,
    ...(path.files.isHere && plan.invalid > 0 && { invalid_rows_file: invalidRowsOf(store, id).file }),
    ...(rate !== undefined && { estimated_cost: `${(rate * plan.to_create).toFixed(2)} ${currency}` }),
  };
}

async function linesOf(
  journal: Journal,
  outcome: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<ItemView[]> {
  const found: ItemView[] = [];
  for await (const line of journal.lines(offset)) {
    if (found.length === limit) break;
    if (isRecord(line)) found.push({ key: Number(line['line']), outcome, ...shownOf(line) });
  }
  return found;
}

/** Of a planned row what tells it apart: its arguments are as long as a task. */
function shownOf({
  args: _args,
  uploads,
  ...row
}: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const files = Array.isArray(uploads)
    ? uploads.flatMap((upload) => (isRecord(upload) ? [upload['file']] : []))
    : [];
  return { ...row, ...(files.length > 0 && { files }) };
}
