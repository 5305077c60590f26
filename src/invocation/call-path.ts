import { judge as judgePolicy } from '../access/consent/consent-policy.ts';
import { RefusedArguments } from '../catalog/refused-arguments.ts';
import { isRecord } from '../responses/compact.ts';
import { redactArguments } from '../observability/redact.ts';
import { randomId } from '../random-id.ts';
import { RetryBudget } from '../scale/retry.ts';
import { within } from '../within.ts';
import { authorizeStep } from './authorize.ts';
import { keepInScope } from './keep-in-scope.ts';
import { keepOutside } from './keep-outside.ts';
import { nameFailure } from './name-failure.ts';
import { parseArguments } from './parse.ts';
import { openRun } from './run.ts';
import { ToolFailure } from './tool-failure.ts';
import { withoutUnknown } from './without-unknown.ts';
import { touchedBy } from './touched.ts';
import type { Caller } from '../access/caller.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { LookUp, PreparedCall, Tool } from '../catalog/tool.ts';
import type { Once } from '../catalog/once.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { CallIntent, CallRecord } from '../observability/trail.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { ScaleRequest } from '../scale/request.ts';
import type { InvokerDeps } from './flow.ts';
import type { LookUps } from './lookups.ts';
import type { Run } from './run.ts';

/** A call of a tool, made within other work. */
interface InnerCall {
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
}

interface Performed {
  response: unknown;
  /** Whether what was to be created had been there before the work began. */
  existed: boolean;
}

/** The call path for work of many steps: each step is judged, sent and recorded as a call of its own would be. */
export interface CallPath {
  readonly mode: Mode;
  readonly files: LocalFiles;
  /** The projects that the caller is limited to. */
  readonly projects: ProjectScope | undefined;
  readonly lookUp: LookUp;
  /**
   * Refuses what the caller may not do as a part of something else.
   *
   * @throws ToolFailure
   */
  permit(tool: string): void;
  /** The arguments without those that the tool does not know, at any depth: Scale fills in defaults of its own. */
  withoutUnknown(call: InnerCall): Record<string, unknown>;
  /**
   * Judges a call without sending anything that has an effect.
   *
   * @returns what is wrong, in sentences; empty when it would be sent
   * @throws ToolFailure or NothingFound when no such call can succeed here: what it is about does not exist or is out of reach
   */
  judge(call: InnerCall): Promise<readonly string[]>;
  /**
   * Compares a creation with the object that bears its identity.
   *
   * @param renewed members that may differ
   * @returns the members that are not what is asked for
   */
  differences(
    call: InnerCall,
    existing: Readonly<Record<string, unknown>>,
    renewed?: ReadonlySet<string>,
  ): readonly string[];
  /**
   * Carries out a call. A refusal for being too fast is handed on at once, whatever else is retried.
   *
   * @param renewed members of what exists that may differ from what is asked for: files are uploaded anew
   * @throws ToolFailure
   */
  perform(call: InnerCall, renewed?: ReadonlySet<string>): Promise<Performed>;
  /** @throws ScaleError */
  read(request: ScaleRequest): Promise<unknown>;
  readResult(url: string): Promise<{ contentType: string; bytes: Uint8Array }>;
}

export interface CallPathParts {
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
}

export function openCallPath(parts: CallPathParts): CallPath {
  const { deps, caller, scale, mode, lookUps, stop } = parts;
  const lookUp = readAgainOnce(lookUps.through(scale, stop));
  const tool = (name: string): Tool => {
    const found = parts.catalog(name);
    if (found) return found;
    throw new Error(`there is no tool ${name}`);
  };
  const permitted = (name: string): Tool => {
    const step = tool(name);
    authorizeStep(step, caller, judgePolicy(deps.confirm.policy, step, mode));
    return step;
  };
  return {
    mode,
    files: deps.files,
    projects: caller.projects,
    lookUp,
    withoutUnknown: ({ tool: name, arguments: args }) => withoutUnknown(tool(name), args),
    permit: (name) => void permitted(name),
    async judge({ tool: name, arguments: args }) {
      const judged = permitted(name);
      try {
        const { call } = parseArguments(judged, args);
        keepOutside(judged, args, mode === 'sandbox' ? deps.urlHosts.sandbox : deps.urlHosts.scale);
        await keepInScope(caller.projects, judged, call, lookUp);
        await call.check({ lookUp, mode });
        return [];
      } catch (error) {
        return reasonsOf(error);
      }
    },
    differences({ tool: name, arguments: args }, existing, renewed = new Set()) {
      const { call } = parseArguments(tool(name), args);
      return onceFor(call, renewed)?.differences(existing) ?? [];
    },
    perform: async (call, renewed) => perform(permitted(call.tool), call, parts, renewed),
    read: (request) => scale.send(request, { signal: stop }),
    readResult: (url) => scale.readResult(url, { signal: stop }),
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

/** What has been read again is not read a third time, however many calls are judged by it. */
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
  parts: CallPathParts,
  renewed: ReadonlySet<string> = new Set(),
): Promise<Performed> {
  const { deps, stop } = parts;
  stop.throwIfAborted();
  const { call } = parseArguments(tool, args);
  const patience = within(deps.deadlineMs, undefined);
  const { run, once } = runOf(tool, call, parts, { renewed, stop: patience.stop });
  const intent = intentOf(tool, args, call, { parts, identity: once?.identity(1) });
  const begunAt = deps.now();
  const settle = (settled: Pick<CallRecord, 'result' | 'outcome' | 'touched'>): Promise<void> =>
    deps.trail.record({ ...intent, ...settled, duration_ms: Math.round(deps.now() - begunAt) });
  try {
    await deps.trail.intend(intent);
    const response = await call.execute(run.context);
    const existed = run.existed() && !isMadeSince(response, parts.startedAt);
    await settle({
      result: 'ok',
      outcome: existed ? 'no_effect' : 'done',
      touched: touchedBy(response, call.subjects),
    });
    return { response, existed };
  } catch (error) {
    const failure = nameFailure(error, tool, call, { begun: true, autoUniqueId: false });
    await settle({ result: failure.code, outcome: failure.details.outcome });
    throw failure;
  } finally {
    patience.end();
  }
}

/** What was made since the work began is of this work, even where a process that was ended could not say so. */
function isMadeSince(response: unknown, startedAt: number): boolean {
  const at = isRecord(response) ? response['created_at'] : undefined;
  return typeof at === 'string' && Date.parse(at) >= startedAt;
}

function runOf(
  tool: Tool,
  call: PreparedCall,
  { deps, scale, mode, lookUps, startedAt }: CallPathParts,
  { renewed, stop }: { renewed: ReadonlySet<string>; stop: AbortSignal },
): { run: Run; once: Once | undefined } {
  const once = onceFor(call, renewed);
  const run = openRun(
    {
      scale,
      mode,
      files: deps.files,
      lookUp: lookUps.through(scale, stop),
      report: () => undefined,
      standing: async () => ({}),
      isSafe: tool.idempotent || once !== undefined,
      once,
      budget: new RetryBudget({ waitsForTurn: false }),
      readBudget: new RetryBudget(), // a look at what is there decides what became of the write
      startedAt,
    },
    { stop, deadline: stop },
  );
  return { run, once };
}

/** The identity of a creation, where the `renewed` members make no difference. */
function onceFor(call: PreparedCall, renewed: ReadonlySet<string>): Once | undefined {
  const own = call.once(false);
  return (
    own && {
      ...own,
      differences: (existing) => own.differences(existing).filter((name) => !renewed.has(name)),
    }
  );
}

function intentOf(
  tool: Tool,
  args: unknown,
  { subjects }: PreparedCall,
  { parts, identity }: { parts: CallPathParts; identity: string | undefined },
): CallIntent {
  const { caller, mode, job } = parts;
  return {
    request_id: `req_${randomId()}`,
    ...(job !== undefined && { job }),
    principal: caller.principal,
    tool: tool.name,
    effect: tool.effect,
    consequences: tool.consequences,
    mode,
    ...(subjects.project !== undefined && { project: subjects.project }),
    ...(identity !== undefined && { identity }),
    ...redactArguments(args),
  };
}
