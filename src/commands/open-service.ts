import { openCallbackSecret } from '../access/callback-secret.ts';
import { callLimits } from '../access/limits/call-limits.ts';
import { openScaleGate } from '../access/limits/scale-gate.ts';
import { openLimitStore } from '../access/limits/shared-store.ts';
import { durationMs } from '../config/settings.ts';
import { createInvoker } from '../invocation/invoke.ts';
import { InFlight } from '../in-flight.ts';
import { challengeForScopes } from '../mcp/step-up.ts';
import { metricsTrail } from '../observability/telemetry/metrics-trail.ts';
import { allTrails, loggingTrail } from '../observability/trail.ts';
import { openBreaker } from '../scale/breaker.ts';
import { openAudit } from './open-audit.ts';
import { openConsent } from './open-consent.ts';
import { openCallers } from './open-callers.ts';
import { TIMING, connect, openUpstream } from './open-upstream.ts';
import { openWork } from './open-work.ts';
import { ScaleClients } from './scale-clients.ts';
import { catalog } from '../../tools/index.ts';
import type { Settings } from '../config/settings.ts';
import type { InvokerDeps } from '../invocation/flow.ts';
import type { Invoker } from '../invocation/invoke.ts';
import type { Asking } from '../mcp/asking.ts';
import type { CallbackReceiver } from '../mcp/callbacks.ts';
import type { Watch } from '../mcp/subscriptions.ts';
import type { ScaleClientOptions } from '../scale/client.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Health } from '../observability/telemetry/serve-metrics.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallLimits } from '../access/limits/call-limits.ts';
import type { ScaleGate } from '../access/limits/scale-gate.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';
import type { KeyInUse } from './known-callers.ts';
import type { Upstream } from './open-upstream.ts';
import type { Local } from './open-local.ts';

/** All that answering a call takes. */
export interface Service {
  invoke: Invoker;
  asking: Asking;
  callers: Callers;
  /** Refuses a message that needs a broader token. */
  refuse: ReturnType<typeof challengeForScopes>;
  /** Where Scale's callbacks go, when they are taken. */
  callbacks: CallbackReceiver | undefined;
  watch: Watch;
  health(): Omit<Health, 'ready'>;
  close(): Promise<void>;
}

interface ServiceOptions {
  isRemote: boolean;
  /** What requests go out through; for measurements. */
  dispatcher?: ScaleClientOptions['dispatcher'];
}

/** Connects settings, adapter and call path; starts the embedded sandbox where asked. */
export async function openService(
  settings: Settings,
  { caller, files, apiKey }: Local,
  logger: Logger,
  { isRemote, dispatcher }: ServiceOptions,
): Promise<Service> {
  const upstream = await openUpstream(settings, apiKey, logger);
  const { store, gate, limits } = openLimits(settings, logger);
  const { clients, localKey } = openClients(upstream, gate, dispatcher);
  const callers = await openCallers({ settings, local: caller, localKey, clients, logger });
  const audit = await openAudit(settings, logger);
  const consent = await openConsent(settings, store, { isRemote });
  const inFlight = new InFlight();
  const isFromScale = isRemote ? await openCallbackSecret(secretOf(upstream, settings)) : undefined;
  const work = openWork({
    settings,
    callers,
    deps: () => deps,
    logger,
    takesCallbacks: isFromScale !== undefined,
    operatorKey: localKey?.keyId,
  });
  const deps: InvokerDeps = {
    scaleFor: (who) => callers.scaleFor(who),
    files,
    confirm: consent.confirm,
    limits,
    findTool: (name) => catalog.find((tool) => tool.name === name),
    workFor: work.workFor,
    urlHosts: urlHosts(settings),
    autoUniqueId: settings.auto_unique_id === 'on',
    trail: allTrails(...(audit ? [audit] : []), loggingTrail(logger), metricsTrail()),
    logger,
    deadlineMs: durationMs(settings.request_timeout),
    now: () => performance.now(),
  };
  const carryOut = createInvoker(deps);
  void work.resume();
  const invoke: Invoker = (invocation) => inFlight.add(carryOut(invocation));
  return {
    invoke,
    asking: consent.asking,
    callers,
    refuse: challengeForScopes(callers, catalog, invoke),
    callbacks: isFromScale && { isFromScale, receive: (body) => work.receive(body) },
    watch: work.watch,
    health: () => ({ shared_limits: store.state(), audit: audit?.state() ?? 'off' }),
    async close() {
      callers.close();
      await inFlight.settled();
      await work.close();
      await consent.close();
      await clients.close();
      await audit?.close();
      await store.close();
      await upstream.close();
    },
  };
}

/** The sandbox signs with a secret of its own, whatever Scale would sign with. */
function secretOf({ callbackToken }: Upstream, settings: Settings): Parameters<typeof openCallbackSecret>[0] {
  return callbackToken ? { callback_token: callbackToken } : settings;
}

function openClients(
  { baseUrl, apiKey: ownKey }: Upstream,
  gate: ScaleGate,
  dispatcher: ServiceOptions['dispatcher'],
): { clients: ScaleClients; localKey: KeyInUse | undefined } {
  const breaker = openBreaker();
  const clients = new ScaleClients((apiKey, keyId) =>
    connect(baseUrl, apiKey, {
      breaker,
      gate: (signal) => gate(keyId, signal),
      ...(dispatcher && { dispatcher }),
    }),
  );
  return { clients, localKey: ownKey && { client: clients.for(ownKey), keyId: ownKey.id() } };
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
