import { isRecord } from '../../responses/compact.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { planTasks } from './plan-tasks.ts';
import { invalidRowsOf, jobOfPlan, readPlan } from './plan.ts';
import { SUBMIT_PLAN } from './submit-plan.ts';
import type { ItemView, PlanView, Work } from '../../catalog/work.ts';
import type { Journal } from '../store/work-store.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { Plan } from './plan.ts';

/** Plans as their owner may make, see and submit them. */
export function planWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'planTasks' | 'plan' | 'hasBegun' | 'submitPlan' | 'invalidRows'> {
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
    async invalidRows(planId, { offset, limit }) {
      const { store } = await room();
      const plan = await readPlan(store, viewer, planId.replace(/^job_/, 'plan_'));
      return { items: await linesOf(invalidRowsOf(store, plan.id), offset, limit), total: plan.invalid };
    },
  };
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

async function linesOf(journal: Journal, offset: number, limit: number): Promise<ItemView[]> {
  const found: ItemView[] = [];
  let index = 0;
  for await (const line of journal.lines()) {
    if (index >= offset + limit) break;
    if (index >= offset && isRecord(line)) {
      found.push({ key: Number(line['line']), outcome: 'invalid', ...line });
    }
    index += 1;
  }
  return found;
}
