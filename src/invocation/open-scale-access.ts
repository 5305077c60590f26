import { evaluatePolicy } from '../access/consent/consent-policy.ts';
import { RefusedArguments } from '../catalog/refused-arguments.ts';
import { startDeadline } from '../scale/deadline.ts';
import { RetryBudget } from '../scale/retry.ts';
import { adapterParts } from './adapter-parts.ts';
import { authorizeStep } from './authorize.ts';
import { CallState } from './call-state.ts';
import { enforceProjectScope, toldDifferences } from './enforce-project-scope.ts';
import { nameFailure } from './name-failure.ts';
import { parseArguments } from './parse.ts';
import { JOB_STEPS, runThrough } from './pipeline.ts';
import { refusePrivateUrls } from './refuse-private-urls.ts';
import { openRun } from './run.ts';
import { ToolFailure } from './tool-failure.ts';
import { withoutUnknown } from './without-unknown.ts';
import type { Caller } from '../access/caller.ts';
import type { IdempotentCreate } from '../catalog/idempotent-create.ts';
import type { LookUp, PreparedCall, Tool } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { InvokerDeps } from './invoker-deps.ts';
import type { LookUps } from './lookups.ts';
import type { Run } from './run.ts';
import type { InnerCall, Performed, ScaleAccess } from './scale-access.ts';

export interface ScaleAccessParts {
  deps: InvokerDeps;
  catalog: (name: string) => Tool | undefined;
  caller: Caller;
  scale: ScaleClient;
  mode: Mode;
  lookUps: LookUps;
  /** Nothing new is sent once it is aborted; what was sent is finished. */
  stop: AbortSignal;
  /** The work that the calls are part of. */
  job?: string;
  /** Milliseconds since 1970: what was made before this is not of this work. */
  startedAt: number;
  /**
   * For work that goes on without its owner: what they may do at this moment, asked before every step.
   *
   * @throws OwnerRefused
   */
  renew?: () => Pick<ScaleAccessParts, 'caller' | 'scale'>;
}

export function openScaleAccess(parts: ScaleAccessParts): ScaleAccess {
  const { deps, caller, scale, mode, lookUps, stop } = parts;
  const allowedHosts = mode === 'sandbox' ? deps.urlHosts.sandbox : deps.urlHosts.scale;
  const now = (): ScaleAccessParts => ({ ...parts, ...parts.renew?.() });
  const known = readAgainOnce(lookUps.through(scale, stop));
  const lookUp: LookUp = async (...asked) => {
    now();
    return known(...asked);
  };
  const tool = (name: string): Tool => {
    const found = parts.catalog(name);
    if (found) return found;
    throw new Error(`there is no tool ${name}`);
  };
  const permitted = (name: string): Tool => {
    const step = tool(name);
    authorizeStep(step, now().caller, evaluatePolicy(deps.confirm.policy, step, mode));
    return step;
  };
  return {
    mode,
    files: deps.files,
    projects: caller.projects,
    lookUp,
    withoutUnknown: ({ tool: name, arguments: args }) => withoutUnknown(tool(name), args),
    permit: (name) => void permitted(name),
    async validate({ tool: name, arguments: args }) {
      const step = permitted(name);
      try {
        const { call, args: understood } = parseArguments(step, args);
        refusePrivateUrls(step, understood, allowedHosts);
        await enforceProjectScope(now().caller.projects, step, call, lookUp);
        await call.check({ lookUp, mode });
        return [];
      } catch (error) {
        return reasonsOf(error);
      }
    },
    differences({ tool: name, arguments: args }, existing, renewed = new Set()) {
      const { call } = parseArguments(tool(name), args);
      const differences = idempotencyFor(call, renewed)?.differences(existing) ?? [];
      return toldDifferences(caller.projects, existing, differences);
    },
    perform: async (call, renewed) => perform(tool(call.tool), call, now(), renewed),
    read: async (request) => now().scale.send(request, { signal: stop }),
    readResult: async (url) => now().scale.readResult(url, { signal: stop }),
    readAttachment: async (url, options) =>
      now().scale.readAttachment(url, { ...options, signal: stop, allowedHosts }),
  };
}

/** What is wrong with a call, where that can be put right; anything else is wrong with all of its kind. */
function reasonsOf(error: unknown): string[] {
  if (error instanceof RefusedArguments)
    return error.refusals.map(({ path, message }) => `${path}: ${message}`);
  if (error instanceof ToolFailure && error.code === 'invalid_arguments') {
    return (error.details.issues ?? []).map(({ path, message, allowed }) =>
      allowed === undefined ? `${path}: ${message}` : `${path}: ${message} (allowed: ${allowed})`,
    );
  }
  throw error;
}

/** What has been read again is not read a third time, however many calls are validated by it. */
function readAgainOnce(lookUp: LookUp): LookUp {
  const seen = new Set<string>();
  return (kind, name, { fresh = false } = {}) => {
    const key = `${kind}:${name}`;
    const again = fresh && !seen.has(key);
    if (fresh) seen.add(key);
    return lookUp(kind, name, { fresh: again });
  };
}

async function perform(
  tool: Tool,
  { arguments: args }: InnerCall,
  parts: ScaleAccessParts,
  renewed: ReadonlySet<string> = new Set(),
): Promise<Performed> {
  const { deps, caller, lookUps, startedAt, scale, mode } = parts;
  parts.stop.throwIfAborted();
  const { stop, end } = startDeadline(deps.deadlineMs, undefined);
  const call = new CallState({
    deps,
    tool,
    args,
    caller,
    lookUps,
    stop,
    deadline: stop,
    isStep: true,
    job: parts.job,
    startedAt,
    openRun: (state) => runOf(state, renewed),
  });
  call.access = { scale, mode };
  try {
    await runThrough(JOB_STEPS, call);
    return { response: call.response, existed: call.existed };
  } catch (error) {
    if (!call.started) throw error;
    const failure = nameFailure(error, tool, call.prepared, {
      started: true,
      autoUniqueId: false,
      isLimited: caller.projects !== undefined,
    });
    await call.recordOutcome({ result: failure.code, outcome: failure.details.outcome });
    throw failure;
  } finally {
    end();
  }
}

function runOf(call: CallState, renewed: ReadonlySet<string>): Run {
  return openRun(
    {
      ...adapterParts(call, call.prepared && idempotencyFor(call.prepared, renewed)),
      report: () => undefined,
      accountStatus: async () => ({}),
      budget: new RetryBudget({ waitsForTurn: false }),
      readBudget: new RetryBudget(), // a look at what is there decides what became of the write
    },
    { stop: call.stop, deadline: call.stop },
  );
}

/** The identity of a creation, where the `renewed` members make no difference. */
function idempotencyFor(call: PreparedCall, renewed: ReadonlySet<string>): IdempotentCreate | undefined {
  const own = call.idempotency(false);
  return (
    own && {
      ...own,
      differences: (existing) => own.differences(existing).filter((name) => !renewed.has(name)),
    }
  );
}
