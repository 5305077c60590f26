import type { CallLimits } from '../access/limits/call-limits.ts';
import type { Caller } from '../access/caller.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { Exclusive, ReportProgress, Tool } from '../catalog/tool.ts';
import type { Work } from '../catalog/work.ts';
import type { AuditSink } from '../observability/audit-sink.ts';
import type { Logger } from '../observability/logger.ts';
import type { ResultLimit } from '../responses/budget.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { ConfirmDeps, Consent } from './consent.ts';
import type { ScaleAccess } from './scale-access.ts';

export interface Invocation {
  tool: Tool;
  args: unknown;
  caller: Caller;
  /** Name and version of the MCP client. */
  client?: string;
  /** What that client takes of a result. */
  resultLimit?: ResultLimit;
  signal: AbortSignal;
  /** Told how far the call is, where the caller asked for it. */
  report?: ReportProgress;
  /** What a person said to the plan of this call. */
  consent?: Consent;
}

/** What long work needs of the call that begins it or looks at it. */
interface CallScope {
  caller: Caller;
  scale: ScaleAccess;
  report: ReportProgress;
  signal: AbortSignal;
}

export interface InvokerDeps {
  /** The adapter for a caller's Scale key, or undefined while none is configured. */
  scaleFor(caller: Caller): ScaleClient | undefined;
  /** Why the operator's key cannot be used, as a sentence with what to do. */
  keyProblem?: string;
  files: LocalFiles;
  confirm: ConfirmDeps;
  limits: CallLimits;
  /** Every tool there is, offered or not. */
  findTool: (name: string) => Tool | undefined;
  /** Long work for the caller of a call. */
  jobServicesFor: (scope: CallScope) => Work;
  /** Keeps changes of one object apart, for all who use a Scale key. */
  exclusive: Exclusive;
  /** Hosts of a private network that Scale, or the sandbox, may be pointed to all the same. */
  urlHosts: Readonly<Record<'scale' | 'sandbox', ReadonlySet<string>>>;
  /** Whether creations without an identity are given one that follows from the request. */
  autoUniqueId: boolean;
  auditSink: AuditSink;
  logger: Logger;
  /** Milliseconds after which a call ends, whatever it waits for. */
  deadlineMs: number;
  /** Milliseconds that only rise. */
  now(): number;
  sleep(ms: number): Promise<void>;
}
