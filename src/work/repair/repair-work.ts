import { planView } from '../bulk/plan-work.ts';
import { diagnose } from './diagnose.ts';
import { planRepair } from './plan-repair.ts';
import type { Work } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';

/** Failed tasks. */
export function repairWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'diagnose' | 'planRepair'> {
  return {
    diagnose: (request) => diagnose(request, scope.path),
    async planRepair(request) {
      const opened = await room();
      const { store, now } = opened;
      return planView(
        await planRepair(request, { ...scope, owner: scope.viewer.owner, store, now }),
        opened,
        scope,
      );
    },
  };
}
