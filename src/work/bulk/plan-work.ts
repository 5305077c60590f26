import { isRecord } from '../../responses/compact.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { planTasks } from './plan-tasks.ts';
import { PlanRows, jobOfPlan, readPlan } from './plan.ts';
import { SUBMIT_PLAN } from './submit-plan.ts';
import type { PlanView } from '../../catalog/work/plans.ts';
import type { PlanWork } from '../../catalog/work/plans.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { Plan, RowList } from './plan.ts';

/** Plans as their owner may make, see and submit them. */
export function planWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): PlanWork {
  const { viewer } = scope;
  return {
    async create(request) {
      const opened = await runtime();
      const { database, now } = opened;
      return planView(
        await planTasks(request, { ...scope, owner: viewer.owner, database, now }),
        opened,
        scope,
      );
    },
    async get(planId) {
      const opened = await runtime();
      return planView(await readPlan(opened.database, viewer, planId), opened, scope);
    },
    async isApproved(planId) {
      const job = await (await runtime()).engine.find(viewer, jobOfPlan(planId));
      return job !== undefined && job.state !== 'cancelled';
    },
    async submit(planId, waitSeconds) {
      const opened = await runtime();
      const plan = await readPlan(opened.database, viewer, planId);
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
      return (await (await runtime()).engine.find(viewer, jobOfPlan(planId))) !== undefined;
    },
    async leftToCreate(planId) {
      const { database, engine } = await runtime();
      const plan = await readPlan(database, viewer, planId);
      const { done = 0, counts = {} } = (await engine.find(viewer, jobOfPlan(planId))) ?? {};
      return plan.to_create - done + (counts['failed'] ?? 0);
    },
    async rows(planId, which, { offset, limit }) {
      const { database } = await runtime();
      const plan = await readPlan(database, viewer, planId);
      const { list, total } = listOf(which, plan);
      const rows = await new PlanRows(database, plan.id, list).page(offset, limit);
      const items = rows.flatMap((row) =>
        isRecord(row) ? [{ key: Number(row['line']), outcome: which, ...shownOf(row) }] : [],
      );
      return { items, total };
    },
  };
}

function listOf(
  which: 'planned' | 'invalid' | 'already_there',
  plan: Plan,
): { list: RowList; total: number } {
  switch (which) {
    case 'planned':
      return { list: 'rows', total: plan.to_create };
    case 'invalid':
      return { list: 'invalid', total: plan.invalid };
    case 'already_there':
      return { list: 'existing', total: sumOf(plan.already_there) };
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export async function planView(
  plan: Plan,
  { database, copies, rates, currency }: JobRuntime,
  { scale }: CallerScope,
): Promise<PlanView> {
  const { id, owner: _owner, digest: _digest, created_at: createdAt, tool: _tool, ...rest } = plan;
  const rate = rates[plan.type];
  const file =
    scale.files.isHere && plan.invalid > 0
      ? await copies.write(`${id}.invalid`, createdAt, new PlanRows(database, id, 'invalid').read())
      : undefined;
  return {
    plan_id: id,
    ...rest,
    ...(file !== undefined && { invalid_rows_file: file }),
    ...(rate !== undefined && { estimated_cost: `${(rate * plan.to_create).toFixed(2)} ${currency}` }),
  };
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
