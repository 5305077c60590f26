import { allowLocalFiles } from '../../src/access/local-files.ts';
import { onlyProject, projectsLike } from '../../src/access/project-scope.ts';
import { narrowSelection, selectTools } from '../../src/catalog/selection.ts';
import { ALLOW_EVERYTHING } from '../../src/access/consent/consent-policy.ts';
import { openConsents } from '../../src/access/consent/consents.ts';
import { localLimits } from '../../src/access/limits/shared-store.ts';
import { openScaleAccess } from '../../src/invocation/open-scale-access.ts';
import { createInvoker } from '../../src/invocation/invoke.ts';
import { LookUps } from '../../src/invocation/lookups.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import type { Caller } from '../../src/access/caller.ts';
import type { CallLimits } from '../../src/access/limits/call-limits.ts';
import { createScaleClient } from '../../src/scale/client.ts';
import { catalog } from '../../tools/index.ts';
import { PRESETS } from '../../tools/presets.ts';
import type { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import type { ScaleAccess } from '../../src/invocation/scale-access.ts';
import type { Consent } from '../../src/invocation/consent.ts';
import type { Mode } from '../../src/catalog/vocabulary.ts';
import type { SelectionRequest } from '../../src/catalog/selection.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { openTestWork } from './open-test-work.ts';
import type { InvokerDeps } from '../../src/invocation/invoker-deps.ts';
import type { TestWork } from './open-test-work.ts';
import type { InvocationResult } from '../../src/invocation/invoke.ts';
import type { PollTiming } from '../../src/work/results/pollers.ts';
import type { CallRecord, AuditSink } from '../../src/observability/audit-sink.ts';

export interface Bench {
  call(
    tool: string | Tool,
    args?: unknown,
    signal?: AbortSignal,
    consent?: Consent,
  ): Promise<InvocationResult>;
  records: CallRecord[];
  work: TestWork;
  /** The path of a job, until it is stopped. */
  accessWith(stop: AbortSignal): ScaleAccess;
  close(): Promise<void>;
}

interface BenchOptions {
  baseUrl?: string;
  apiKey?: string | undefined;
  mode?: Mode;
  allowDir?: string[];
  selection?: Partial<SelectionRequest>;
  policy?: ConsentPolicy;
  rates?: Record<string, number>;
  auditSink?: AuditSink;
  limits?: CallLimits;
  deadlineMs?: number;
  autoUniqueId?: boolean;
  /** Where plans and jobs are kept. */
  stateDir?: string;
  pollTiming?: PollTiming;
  takesCallbacks?: boolean;
  urlHosts?: string[];
  /** Patterns of the projects that the caller is limited to. */
  projects?: string[];
  /** The permission that the caller's role lacks for a tool. */
  missing?: NonNullable<Caller['missing']>;
}

const unlimited: CallLimits = {
  countCall: async () => undefined,
  countBillable: async () => undefined,
  left: async () => [],
};

export function toolNamed(name: string): Tool {
  const tool = catalog.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}

/** The whole call path over a real connection, without a transport in front. Retries do not wait. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const records: CallRecord[] = [];
  const apiKey = 'apiKey' in options ? options.apiKey : 'live_0123456789abcdef0123456789abcdef';
  const scale =
    apiKey === undefined
      ? undefined
      : createScaleClient({
          baseUrl: options.baseUrl ?? 'http://127.0.0.1:9/v1',
          apiKey: new ScaleKey(apiKey),
          userAgent: 'scale-ai-mcp/test',
          timing: { random: () => 0, sleep: async () => undefined },
        });
  const offered = selectTools(catalog, PRESETS, {
    toolsets: [],
    tools: [],
    excludeTools: [],
    readOnly: false,
    ...options.selection,
  });
  const { missing } = options;
  const selection = missing ? narrowSelection(offered, (tool) => missing(tool) === undefined) : offered;
  const caller = {
    ...(missing && { missing, role: 'test' }),
    principal: 'tester',
    selection,
    mode: scale && (options.mode ?? 'live'),
    projects:
      (options.projects && projectsLike(options.projects)) ||
      (selection.project === undefined ? undefined : onlyProject(selection.project)),
  };
  const work = openTestWork({
    caller,
    scale,
    deps: () => deps,
    rates: options.rates ?? {},
    stateDir: options.stateDir,
    pollTiming: options.pollTiming,
    takesCallbacks: options.takesCallbacks,
  });
  const deps: InvokerDeps = {
    findTool: (name) => catalog.find((tool) => tool.name === name),
    jobServicesFor: work.jobServicesFor,
    exclusive: work.exclusive,
    scaleFor: () => scale,
    files: await allowLocalFiles(options.allowDir ?? []),
    confirm: {
      policy: options.policy ?? ALLOW_EVERYTHING,
      consents: openConsents(localLimits(), Date.now),
      rates: options.rates ?? {},
      currency: 'USD',
    },
    limits: options.limits ?? unlimited,
    urlHosts: { scale: new Set(options.urlHosts), sandbox: new Set(['127.0.0.1']) },
    autoUniqueId: options.autoUniqueId ?? true,
    auditSink: options.auditSink ?? {
      recordIntent: async () => undefined,
      record: async (record) => void records.push(record),
    },
    logger: createLogger('silent'),
    deadlineMs: options.deadlineMs ?? 60_000,
    now: () => performance.now(),
    sleep: async () => undefined,
  };
  const invoke = createInvoker(deps);
  return {
    work,
    records,
    accessWith(stop) {
      if (!scale) throw new Error('this bench has no key');
      const parts = {
        deps,
        caller,
        scale,
        stop,
        mode: caller.mode ?? ('live' as const),
        startedAt: Date.now(),
      };
      return openScaleAccess({ ...parts, catalog: deps.findTool, lookUps: new LookUps(deps.now) });
    },
    call: (tool, args, signal = new AbortController().signal, consent) =>
      invoke({
        tool: typeof tool === 'string' ? toolNamed(tool) : tool,
        args,
        caller,
        signal,
        ...(consent && { consent }),
      }),
    async close() {
      await work.close();
      await scale?.close();
    },
  };
}

/** The answer of a call that is expected to succeed. */
export function outputOf(result: InvocationResult): Record<string, unknown> {
  if (!result.ok) throw new Error(`unexpected failure: ${JSON.stringify(result.error)}`);
  return result.output;
}

/** The error of a call that is expected to fail. */
export function errorOf(result: InvocationResult): Extract<InvocationResult, { ok: false }>['error'] {
  if (result.ok) throw new Error(`unexpected success: ${JSON.stringify(result.output)}`);
  return result.error;
}
