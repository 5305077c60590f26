import path from 'node:path';
import { callLimits } from '../access/limits/call-limits.ts';
import { openScaleGate } from '../access/limits/scale-gate.ts';
import { openLimitStore } from '../access/limits/shared-store.ts';
import { allowLocalFiles, noLocalFiles } from '../access/local-files.ts';
import { onlyProject } from '../access/project-scope.ts';
import { selectTools } from '../catalog/selection.ts';
import { ConfigError } from '../config/load.ts';
import { durationMs } from '../config/settings.ts';
import { allowEverything } from '../invocation/confirm.ts';
import { createInvoker } from '../invocation/invoke.ts';
import { InFlight } from '../mcp/in-flight.ts';
import { challengeForScopes } from '../mcp/step-up.ts';
import { createServerFactory } from '../mcp/server.ts';
import { openAuditTrail } from '../observability/audit/audit-trail.ts';
import { metricsTrail } from '../observability/telemetry/metrics-trail.ts';
import { allTrails, loggingTrail } from '../observability/trail.ts';
import { openBreaker } from '../scale/breaker.ts';
import { VERSION } from '../version.ts';
import { openCallers } from './open-callers.ts';
import { TIMING, connect, openUpstream } from './open-upstream.ts';
import { ScaleClients } from './scale-clients.ts';
import { catalog } from '../../tools/index.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { Settings } from '../config/settings.ts';
import type { Invoker } from '../invocation/invoke.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Health } from '../observability/telemetry/serve-metrics.ts';
import type { AuditTrail } from '../observability/audit/audit-trail.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallLimits } from '../access/limits/call-limits.ts';
import type { ScaleGate } from '../access/limits/scale-gate.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';

/** Everything a transport needs, put together from the settings. */
export interface Service {
  factory: McpServerFactory;
  callers: Callers;
  /** Refuses a message that needs a broader token. */
  refuse: ReturnType<typeof challengeForScopes>;
  mode: Mode | undefined;
  health(): Omit<Health, 'ready'>;
  close(): Promise<void>;
}

/** The tools that the settings select. */
export function selectionFor(settings: Settings): Selection {
  return selectTools(catalog, SEED_SLUGS, {
    toolsets: settings.toolsets,
    tools: settings.tools,
    excludeTools: settings.exclude_tools,
    readOnly: settings.read_only,
    project: settings.project,
  });
}

/** Connects settings, catalogue, adapter and call path; starts the embedded sandbox where asked. */
export async function openService(
  settings: Settings,
  logger: Logger,
  { isRemote }: { isRemote: boolean },
): Promise<Service> {
  const selection = selectionFor(settings);
  const files = isRemote ? noLocalFiles : await allowLocalFiles(settings.allow_dir);
  const upstream = await openUpstream(settings, logger);
  const { store, gate, limits } = openLimits(settings, logger);
  const breaker = openBreaker();
  const clients = new ScaleClients((apiKey, keyId) =>
    connect(upstream.baseUrl, apiKey, { breaker, gate: (signal) => gate(keyId, signal) }),
  );
  const scale = upstream.apiKey === undefined ? undefined : clients.for(upstream.apiKey);
  const caller: Caller = {
    principal: 'local',
    selection,
    projects: settings.project === undefined ? undefined : onlyProject(settings.project),
    mode: upstream.mode,
  };
  const callers = await openCallers({ settings, local: caller, localClient: scale, clients, logger });
  const audit = settings.audit ? await openAudit(settings, logger) : undefined;
  const inFlight = new InFlight();
  const carryOut = createInvoker({
    scaleFor: (who) => callers.scaleFor(who),
    files,
    policy: allowEverything,
    limits,
    autoUniqueId: settings.auto_unique_id === 'on',
    trail: allTrails(...(audit ? [audit] : []), loggingTrail(logger), metricsTrail()),
    logger,
    deadlineMs: durationMs(settings.request_timeout),
    now: () => performance.now(),
  });
  const invoke: Invoker = (invocation) => inFlight.add(carryOut(invocation));
  return {
    factory: createServerFactory({
      catalog,
      resources,
      prompts,
      caller,
      invoke,
      logger,
      version: VERSION,
    }),
    callers,
    refuse: challengeForScopes(callers, catalog, invoke),
    mode: upstream.mode,
    health: () => ({ shared_limits: store.state(), audit: audit?.state() ?? 'off' }),
    async close() {
      callers.close();
      await inFlight.settled();
      await clients.close();
      await audit?.close();
      await store.close();
      await upstream.close();
    },
  };
}

function openLimits(
  settings: Settings,
  logger: Logger,
): { store: LimitStore; gate: ScaleGate; limits: CallLimits } {
  const store = openLimitStore(settings.redis_url, logger);
  const { scale_per_second: perSecond, scale_concurrency: concurrency } = settings;
  const { calls_per_minute: callsPerMinute, billable_per_hour: billablePerHour } = settings;
  return {
    store,
    gate: openScaleGate(store, { perSecond, concurrency }, TIMING),
    limits: callLimits(store, { callsPerMinute, billablePerHour }),
  };
}

/** @throws ConfigError when the file cannot be made */
async function openAudit(settings: Settings, logger: Logger): Promise<AuditTrail> {
  const directory = path.join(settings.state_dir, 'audit');
  try {
    return await openAuditTrail({
      directory,
      keepDays: settings.retention_days,
      onFailure: settings.audit_failure,
      version: VERSION,
      logger,
    });
  } catch (error) {
    throw new ConfigError(
      `No audit file can be made in ${directory} (${error instanceof Error ? error.message : String(error)}). Choose another --state-dir, or turn it off with SCALE_MCP_AUDIT=off.`,
    );
  }
}
