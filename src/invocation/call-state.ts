import { randomId } from '../catalog/random-id.ts';
import { redactArguments } from '../observability/redact.ts';
import type { Caller } from '../access/caller.ts';
import type { PreparedCall, ReportProgress, Tool } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { PictureBlock } from '../catalog/picture-block.ts';
import type { CallIntent, CallRecord } from '../observability/audit-sink.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { ResultLimit } from '../responses/budget.ts';
import type { Consent } from './consent.ts';
import type { InvokerDeps } from './invoker-deps.ts';
import type { LookUps } from './lookups.ts';
import type { Run } from './run.ts';

type Outcome = Pick<CallRecord, 'result' | 'outcome' | 'touched' | 'attempts'>;

/** What a call is made of, whoever makes it. */
interface CallParts {
  deps: InvokerDeps;
  tool: Tool;
  /** As they came. */
  args: unknown;
  caller: Caller;
  lookUps: LookUps;
  /** Cancelled by the caller, or past the deadline. */
  stop: AbortSignal;
  deadline: AbortSignal;
  report?: ReportProgress | undefined;
  consent?: Consent | undefined;
  /** Name and version of the MCP client. */
  client?: string | undefined;
  /** What that client takes of a result. */
  resultLimit?: ResultLimit | undefined;
  /** Whether it is made within other work, and not by a client. */
  isStep?: boolean;
  /** The job that it is a step of. */
  job?: string | undefined;
  /** Milliseconds since 1970: what was made before this is not of this work. */
  startedAt: number;
  /** Opens the adapter for this call. */
  openRun: (call: CallState) => Run;
}

/** One call on its way through the pipeline, with what is known of it so far. */
export class CallState {
  readonly deps: InvokerDeps;
  readonly tool: Tool;
  readonly caller: Caller;
  readonly lookUps: LookUps;
  readonly stop: AbortSignal;
  readonly deadline: AbortSignal;
  readonly report: ReportProgress;
  readonly consent: Consent | undefined;
  readonly resultLimit: ResultLimit | undefined;
  readonly isStep: boolean;
  readonly startedAt: number;
  readonly openRun: CallParts['openRun'];
  readonly intent: CallIntent;
  /** As they came, and as they were understood once they are accepted. */
  args: unknown;
  /** What was taken for something else than it was sent as. */
  coerced: readonly string[] = [];
  /** Known once the arguments are accepted. */
  prepared: PreparedCall | undefined;
  access: { scale: ScaleClient; mode: Mode } | undefined;
  run: Run | undefined;
  /** What could not be checked, in sentences. */
  unchecked: readonly string[] = [];
  /** Whether something with an effect may have been sent. */
  started = false;
  response: unknown;
  /** Whether what was to be created had been there before. */
  existed = false;
  output: Record<string, unknown> | undefined;
  pictures: readonly PictureBlock[] = [];
  meta: Readonly<Record<string, unknown>> | undefined;
  readonly #from: number;

  constructor({ deps, tool, args, caller, report = ignoreProgress, client, job, ...parts }: CallParts) {
    this.deps = deps;
    this.tool = tool;
    this.args = args;
    this.caller = caller;
    this.report = report;
    this.isStep = parts.isStep ?? false;
    this.lookUps = parts.lookUps;
    this.stop = parts.stop;
    this.deadline = parts.deadline;
    this.consent = parts.consent;
    this.resultLimit = parts.resultLimit;
    this.startedAt = parts.startedAt;
    this.openRun = parts.openRun;
    this.#from = deps.now();
    this.intent = {
      request_id: `req_${randomId()}`,
      ...(job !== undefined && { job }),
      principal: caller.principal,
      ...(client !== undefined && { client }),
      tool: tool.name,
      effect: tool.effect,
      consequences: tool.consequences,
      mode: caller.mode,
      ...redactArguments(args),
    };
  }

  /** Whether it changes something at Scale. */
  get hasEffect(): boolean {
    return this.tool.effect !== 'read' && !this.tool.plansOnly;
  }

  /** Records how the call ended. */
  recordOutcome(outcome: Outcome): Promise<void> {
    const duration = Math.round(this.deps.now() - this.#from);
    return this.deps.auditSink.record({ ...this.intent, ...outcome, duration_ms: duration });
  }
}

function ignoreProgress(): void {
  // nobody asked for it
}
