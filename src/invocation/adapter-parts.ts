import type { IdempotentCreate } from '../catalog/idempotent-create.ts';
import type { CallState } from './call-state.ts';
import type { RunDeps } from './run.ts';

type Shared = Omit<RunDeps, 'report' | 'work' | 'accountStatus' | 'budget' | 'readBudget'>;

/** What the adapter is opened with for a call of a client and for a step of a job alike; the identity is recorded. */
export function adapterParts(call: CallState, idempotency: IdempotentCreate | undefined): Shared {
  const { deps, tool, caller, prepared, access, lookUps, intent, stop, startedAt } = call;
  if (!prepared || !access) throw new Error('the arguments and the key are known before');
  if (idempotency) intent.identity = idempotency.identity(1);
  return {
    ...access,
    files: deps.files,
    lookUp: lookUps.through(access.scale, stop),
    isSafe: tool.idempotent || idempotency !== undefined,
    idempotency,
    ...(prepared.reconcile && { reconcile: prepared.reconcile }),
    startedAt,
    sleep: (ms) => deps.sleep(ms),
    exclusive: deps.exclusive,
    projects: caller.projects,
  };
}
