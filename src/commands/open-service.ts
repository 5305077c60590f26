import { callLimits } from '../access/limits/call-limits.ts';
import { openScaleGate } from '../access/limits/scale-gate.ts';
import { openLimitStore } from '../access/limits/shared-store.ts';
import { allowLocalFiles, noLocalFiles } from '../access/local-files.ts';
import { onlyProject } from '../access/project-scope.ts';
import { selectTools } from '../catalog/selection.ts';
import { durationMs } from '../config/settings.ts';
import { createInvoker } from '../invocation/invoke.ts';
import { InFlight } from '../mcp/in-flight.ts';
import { challengeForScopes } from '../mcp/step-up.ts';
import { createServerFactory } from '../mcp/server.ts';
import { metricsTrail } from '../observability/telemetry/metrics-trail.ts';
import { allTrails, loggingTrail } from '../observability/trail.ts';
import { openBreaker } from '../scale/breaker.ts';
import { VERSION } from '../version.ts';
import { openAudit } from './open-audit.ts';
import { openConsent } from './open-consent.ts';
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
import type { InvokerDeps } from '../invocation/flow.ts';
import type { Invoker } from '../invocation/invoke.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Health } from '../observability/telemetry/serve-metrics.ts';
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
  const caller = localCaller(settings, selection, upstream.mode);
  const callers = await openCallers({ settings, local: caller, localClient: scale, clients, logger });
  const audit = await openAudit(settings, logger);
  const consent = await openConsent(settings, store, { isRemote });
  const inFlight = new InFlight();
  const carryOut = createInvoker({
    scaleFor: (who) => callers.scaleFor(who),
    files,
    confirm: consent.confirm,
    limits,
    urlHosts: urlHosts(settings),
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
      asking: consent.asking,
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
      await consent.close();
      await clients.close();
      await audit?.close();
      await store.close();
      await upstream.close();
    },
  };
}

/** Who calls where nothing else is known: stdio, and HTTP without tokens. */
function localCaller(settings: Settings, selection: Selection, mode: Mode | undefined): Caller {
  const { project } = settings;
  return {
    principal: 'local',
    selection,
    projects: project === undefined ? undefined : onlyProject(project),
    mode,
  };
}

/** Loopback is a machine of its own for Scale, and this machine for the sandbox. The API can reach its own files. */
function urlHosts({ allow_url_host: named, api_base_url: base }: Settings): InvokerDeps['urlHosts'] {
  const scale = new Set([...named.map((host) => host.toLowerCase()), new URL(base).hostname]);
  return { scale, sandbox: new Set([...scale, 'localhost', '127.0.0.1', '[::1]']) };
}

function openLimits(
  settings: Settings,
  logger: Logger,
): { store: LimitStore; gate: ScaleGate; limits: CallLimits } {
  const store = openLimitStore(settings.redis_url, logger);
  const { scale_per_second: perSecond, scale_concurrency: concurrency } = settings;
  return {
    store,
    gate: openScaleGate(store, { perSecond, concurrency }, TIMING),
    limits: callLimits(store, {
      callsPerMinute: settings.calls_per_minute,
      billablePerHour: settings.billable_per_hour,
      billablePerDay: settings.billable_per_day,
      spendPerDay: settings.spend_per_day,
      currency: settings.currency,
    }),
  };
}
