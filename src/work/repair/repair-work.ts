import { planView } from '../bulk/plan-work.ts';
import { diagnose } from './diagnose.ts';
import { planRepair } from './plan-repair.ts';
import type { RepairWork } from '../../catalog/work/repairs.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** Failed tasks. */
export function repairWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): RepairWork {
  return {
    diagnose: (request) => diagnose(request, scope.scale),
    async plan(request) {
      const opened = await runtime();
      const { database, now } = opened;
      return planView(
        await planRepair(request, { ...scope, owner: scope.viewer.owner, database, now }),
        opened,
        scope,
      );
    },
  };
}
