import { RetryBudget } from '../scale/retry.ts';
import { startDeadline } from '../scale/deadline.ts';
import { adapterParts } from './adapter-parts.ts';
import { CallState } from './call-state.ts';
import { AskFirst } from './confirm.ts';
import { fail } from './fail.ts';
import { LookUps } from './lookups.ts';
import { openScaleAccess } from './open-scale-access.ts';
import { CALL_STEPS, runThrough } from './pipeline.ts';
import { openRun } from './run.ts';
import type { AccountStatus } from '../access/account-status.ts';
import type { Caller } from '../access/caller.ts';
import type { PictureBlock } from '../catalog/picture-block.ts';
import type { RunContext } from '../catalog/tool.ts';
import type { Question } from './consent.ts';
import type { Invocation, InvokerDeps } from './invoker-deps.ts';
import type { Run } from './run.ts';
import type { ToolErrorBody } from './tool-failure.ts';

export type InvocationResult =
  | {
      ok: true;
      output: Record<string, unknown>;
      pictures: readonly PictureBlock[];
      /** For the page that shows the answer, and for no model. */
      meta?: Readonly<Record<string, unknown>>;
    }
  /** `question`: a person may be asked, and the call made again with what they said. */
  | { ok: false; error: ToolErrorBody; question?: Question };

/** Carries out one tool call. Never throws: a failure is an answer too. */
export type Invoker = (invocation: Invocation) => Promise<InvocationResult>;

/** The one path that every call takes; its steps stand in `pipeline.ts`. */
export function createInvoker(deps: InvokerDeps): Invoker {
  const lookUps = new LookUps(() => deps.now());
  return async ({ tool, caller, signal, ...invocation }) => {
    const { stop, deadline, end } = startDeadline(deps.deadlineMs, signal);
    const call = new CallState({
      ...invocation,
      deps,
      tool: caller.selection.find(tool.name) ?? tool,
      caller,
      lookUps,
      stop,
      deadline,
      startedAt: Date.now(),
      openRun: runOf,
    });
    try {
      await runThrough(CALL_STEPS, call);
      const { output = {}, pictures, meta } = call;
      return { ok: true, output, pictures, ...(meta && { meta }) };
    } catch (error) {
      const body = await fail(call, error);
      return { ok: false, error: body, ...(error instanceof AskFirst && { question: error.question }) };
    } finally {
      end();
    }
  };
}

function runOf(call: CallState): Run {
  const { deps, caller, lookUps, report, stop, deadline, startedAt } = call;
  const parts = adapterParts(call, call.prepared?.idempotency(deps.autoUniqueId));
  const { scale, mode } = parts;
  const openWork = (): RunContext['work'] => {
    const access = { deps, catalog: deps.findTool, caller, scale, mode, lookUps, stop, startedAt };
    return deps.jobServicesFor({ caller, scale: openScaleAccess(access), report, signal: stop });
  };
  return openRun(
    {
      ...parts,
      report,
      work: openWork,
      accountStatus: () => accountStatusOf(caller, deps),
      budget: new RetryBudget(),
    },
    { stop, deadline },
  );
}

async function accountStatusOf({ principal, role }: Caller, deps: InvokerDeps): Promise<AccountStatus> {
  return {
    principal,
    ...(role !== undefined && { role }),
    limits: await deps.limits.left(principal),
    policy: deps.confirm.policy,
    auto_unique_id: deps.autoUniqueId,
  };
}
