import { redactArguments } from '../observability/redact.ts';
import { randomId } from '../random-id.ts';
import { within } from '../within.ts';
import type { Caller } from '../access/caller.ts';
import type { CallLimits } from '../access/limits/call-limits.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { PreparedCall, ReportProgress, Tool } from '../catalog/tool.ts';
import type { Work } from '../catalog/work.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallIntent, CallRecord, Trail } from '../observability/trail.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { CallPath } from './call-path.ts';
import type { ConfirmDeps, Consent } from './confirm.ts';

export interface Invocation {
  tool: Tool;
  args: unknown;
  caller: Caller;
  /** Name and version of the MCP client. */
  client?: string;
  signal: AbortSignal;
  /** Told how far the call is, where the caller asked for it. */
  report?: ReportProgress;
  /** What a person said to the plan of this call. */
  consent?: Consent;
}

/** What long work needs of the call that begins it or looks at it. */
interface CallScope {
  caller: Caller;
  path: CallPath;
  report: ReportProgress;
  signal: AbortSignal;
}

export interface InvokerDeps {
  /** The adapter for a caller's Scale key, or undefined while none is configured. */
  scaleFor(caller: Caller): ScaleClient | undefined;
  files: LocalFiles;
  confirm: ConfirmDeps;
  limits: CallLimits;
  /** Every tool there is, offered or not. */
  findTool: (name: string) => Tool | undefined;
  /** Long work for the caller of a call. */
  workFor: (scope: CallScope) => Work;
  /** Hosts of a private network that Scale, or the sandbox, may be pointed to all the same. */
  urlHosts: Readonly<Record<'scale' | 'sandbox', ReadonlySet<string>>>;
  /** Whether creations without an identity are given one that follows from the request. */
  autoUniqueId: boolean;
  trail: Trail;
  logger: Logger;
  /** Milliseconds after which a call ends, whatever it waits for. */
  deadlineMs: number;
  /** Milliseconds that only rise. */
  now(): number;
}

type Settled = Pick<CallRecord, 'result' | 'outcome' | 'touched' | 'attempts'>;

/** One call on its way, with what is known of it so far. */
export interface Flow {
  readonly tool: Tool;
  readonly args: unknown;
  readonly caller: Caller;
  readonly report: ReportProgress;
  readonly consent: Consent | undefined;
  readonly intent: CallIntent;
  /** Cancelled by the caller, or past the deadline. */
  readonly stop: AbortSignal;
  readonly deadline: AbortSignal;
  /** Known once the arguments are accepted. */
  call?: PreparedCall;
  /** Whether something with an effect may have been sent. */
  begun: boolean;
  /** Nothing of it waits any more. */
  end: () => void;
  /** Records how the call ended. */
  settle(settled: Settled): Promise<void>;
}

export function beginFlow(invocation: Invocation, deps: InvokerDeps): Flow {
  const { args, caller, report = ignoreProgress } = invocation;
  const tool = caller.selection.find(invocation.tool.name) ?? invocation.tool;
  const { stop, deadline, end } = within(deps.deadlineMs, invocation.signal);
  const startedAt = deps.now();
  const intent = intentOf(invocation, tool);
  return {
    tool,
    args,
    caller,
    report,
    consent: invocation.consent,
    intent,
    stop,
    deadline,
    end,
    begun: false,
    settle: (settled) =>
      deps.trail.record({ ...intent, ...settled, duration_ms: Math.round(deps.now() - startedAt) }),
  };
}

function ignoreProgress(): void {
  // nobody asked for it
}

function intentOf({ args, caller, client }: Invocation, tool: Tool): CallIntent {
  return {
    request_id: `req_${randomId()}`,
    principal: caller.principal,
    ...(client !== undefined && { client }),
    tool: tool.name,
    effect: tool.effect,
    consequences: tool.consequences,
    mode: caller.mode,
    ...redactArguments(args),
  };
}
