import { openCallbackSecret } from '../access/callback-secret.ts';
import { callLimits } from '../access/limits/call-limits.ts';
import { openScaleGate } from '../access/limits/scale-gate.ts';
import { localLimits, sharedLimits } from '../access/limits/shared-store.ts';
import { isNamed } from '../catalog/tool-names.ts';
import { randomId } from '../catalog/random-id.ts';
import { durationMs } from '../config/setting.ts';
import { isOnLoopback } from '../config/derived-settings.ts';
import { createInvoker } from '../invocation/invoke.ts';
import { InFlight } from '../work/jobs/in-flight.ts';
import { challengeForScopes } from '../mcp/step-up.ts';
import { metricsSink } from '../observability/telemetry/metrics-sink.ts';
import { allSinks, loggingSink } from '../observability/audit-sink.ts';
import { openBreaker } from '../scale/breaker.ts';
import { openAudit } from './open-audit.ts';
import { openConsent } from './open-consent.ts';
import { openCallers } from './open-callers.ts';
import { TIMING, connect, openUpstream } from './open-upstream.ts';
import { openState } from './open-state.ts';
import { openJobRuntime } from './open-job-runtime.ts';
import { ScaleClients } from './scale-clients.ts';
import { catalog } from '../../tools/index.ts';
import type { Answered, Questions } from '../access/consent/questions.ts';
import type { Settings } from '../config/settings.ts';
import type { InvokerDeps } from '../invocation/invoker-deps.ts';
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
import type { OpenAudit } from './open-audit.ts';
import type { OpenCallers } from './open-callers.ts';
import type { OpenConsent } from './open-consent.ts';
import type { OpenJobRuntime } from './open-job-runtime.ts';
import type { OpenState } from './open-state.ts';
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
  /** What a console is made of, beside calls. */
  seen: Seen;
  health(): Omit<Health, 'ready'>;
  /** Has long work stop where it stands, and calls that wait for it be answered; others go on. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** What this server knows of its own work, for whoever runs it. */
interface Seen {
  questions: Questions;
  limits: CallLimits;
  store: LimitStore;
  jobs: OpenJobRuntime['overview'];
}

/** Milliseconds that calls get to be recorded whose connection was closed on them. */
const RECORDING_MS = 10_000;

interface ServiceOptions {
  isRemote: boolean;
  /** What requests go out through; for measurements. */
  dispatcher?: ScaleClientOptions['dispatcher'];
}

/** Connects settings, adapter and call path; starts the embedded sandbox where asked. */
export async function openService(
  settings: Settings,
  { caller, apiKey, ...local }: Local,
  logger: Logger,
  { isRemote, dispatcher }: ServiceOptions,
): Promise<Service> {
  const upstream = await openUpstream(settings, apiKey, logger);
  const state = await openState(settings, logger);
  const { store, gate, limits } = await openLimits(settings, state.pool, logger);
  const { clients, localKey } = openClients(upstream, gate, dispatcher);
  const callers = await openCallers({ settings, local: caller, localKey, clients, logger });
  const audit = await openAudit(settings, logger);
  const consent = await openConsent(
    settings,
    { store, state, files: local.files, record: recordAnswers(audit, logger) },
    { isRemote: isRemote && !isOnLoopback(settings) },
  );
  const inFlight = new InFlight(RECORDING_MS);
  const isFromScale = isRemote ? await openCallbackSecret(secretOf(upstream, settings)) : undefined;
  const work = openJobRuntime({
    settings,
    state,
    callers,
    deps: (): InvokerDeps => deps,
    logger,
    takesCallbacks: isFromScale !== undefined,
    operatorKey: localKey?.keyId,
  });
  const deps = depsOf(settings, local, { callers, consent, limits, work, audit, logger });
  const carryOut = createInvoker(deps);
  void work.resume();
  void consent.resume().catch(() => undefined);
  const invoke: Invoker = (invocation) => inFlight.add(carryOut(invocation));
  return {
    invoke,
    asking: consent.asking,
    callers,
    refuse: challengeForScopes(callers, catalog, invoke),
    callbacks: isFromScale && { isFromScale, receive: (body) => work.receive(body) },
    watch: work.watch,
    seen: { questions: consent.questions, limits, store, jobs: (scope) => work.overview(scope) },
    health: () => ({ shared_limits: store.state(), audit: audit?.state() ?? 'off' }),
    stop: () => work.stop(),
    async close() {
      callers.close();
      await inFlight.settled();
      await work.close();
      await consent.close();
      await clients.close();
      await audit?.close();
      await store.close();
      await state.close();
      await upstream.close();
    },
  };
}

interface Opened {
  callers: OpenCallers;
  consent: OpenConsent;
  limits: CallLimits;
  work: OpenJobRuntime;
  audit: OpenAudit | undefined;
  logger: Logger;
}

function depsOf(
  settings: Settings,
  local: Pick<Local, 'files' | 'keyProblem'>,
  { callers, consent, limits, work, audit, logger }: Opened,
): InvokerDeps {
  return {
    ...fromSettings(settings, local),
    scaleFor: (who) => callers.scaleFor(who),
    confirm: { ...consent.confirm, keyOf: (who) => callers.ownerOf(who).keyId },
    limits,
    jobServicesFor: work.jobServicesFor,
    exclusive: work.exclusive,
    auditSink: allSinks(...(audit ? [audit] : []), loggingSink(logger), metricsSink()),
    logger,
    now: () => performance.now(),
    sleep: (ms) => TIMING.sleep(ms),
  };
}

/** What of carrying out a call is known before anything is opened. */
function fromSettings(
  settings: Settings,
  { files, keyProblem }: Pick<Local, 'files' | 'keyProblem'>,
): Pick<InvokerDeps, 'files' | 'keyProblem' | 'findTool' | 'urlHosts' | 'autoUniqueId' | 'deadlineMs'> {
  return {
    files,
    ...(keyProblem !== undefined && { keyProblem }),
    findTool: (name) => catalog.find((tool) => isNamed(tool, name)),
    urlHosts: urlHosts(settings),
    autoUniqueId: settings.auto_unique_id === 'on',
    deadlineMs: durationMs(settings.request_timeout),
  };
}

/** What a person answers is kept as calls are. */
function recordAnswers(audit: OpenAudit | undefined, logger: Logger): (answered: Answered) => void {
  return ({ question, answer, through, by }) => {
    const { principal, tool, digest, plan } = question;
    const record = {
      request_id: `req_${randomId()}`,
      principal,
      tool,
      digest,
      answer,
      through,
      ...(plan.project !== undefined && { project: plan.project }),
      ...(by !== undefined && { by }),
    };
    const { digest: _digest, ...logged } = record;
    logger.info(logged, `a person ${answer === 'yes' ? 'allowed' : 'refused'} ${tool}`);
    void audit?.recordAnswer(record);
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

async function openLimits(
  settings: Settings,
  pool: OpenState['pool'],
  logger: Logger,
): Promise<{ store: LimitStore; gate: ScaleGate; limits: CallLimits }> {
  const store = pool ? await sharedLimits(pool, logger) : localLimits();
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
