import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowLocalFiles, noLocalFiles } from '../access/local-files.ts';
import { modeOfKey } from '../access/mode.ts';
import { onlyProject } from '../access/project-scope.ts';
import { readScaleKey } from '../access/scale-key.ts';
import { selectTools } from '../catalog/selection.ts';
import { ConfigError } from '../config/load.ts';
import { durationMs } from '../config/settings.ts';
import { allowEverything } from '../invocation/confirm.ts';
import { createInvoker } from '../invocation/invoke.ts';
import { InFlight } from '../mcp/in-flight.ts';
import { challengeForScopes } from '../mcp/step-up.ts';
import { createServerFactory } from '../mcp/server.ts';
import { openAuditTrail } from '../observability/audit/audit-trail.ts';
import { allTrails, loggingTrail } from '../observability/trail.ts';
import { createScaleClient } from '../scale/client.ts';
import { VERSION } from '../version.ts';
import { openCallers } from './open-callers.ts';
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
import type { AuditTrail } from '../observability/audit/audit-trail.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleClient } from '../scale/client.ts';

/** Everything a transport needs, put together from the settings. */
export interface Service {
  factory: McpServerFactory;
  callers: Callers;
  /** Refuses a message that needs a broader token. */
  refuse: ReturnType<typeof challengeForScopes>;
  mode: Mode | undefined;
  close(): Promise<void>;
}

interface Upstream {
  baseUrl: string;
  apiKey: string | undefined;
  mode: Mode | undefined;
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
  const upstream = settings.sandbox ? await openSandbox(settings, logger) : await openScale(settings, logger);
  const clients = new ScaleClients((apiKey) => connect(upstream.baseUrl, apiKey));
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
    trail: audit ? allTrails(audit, loggingTrail(logger)) : loggingTrail(logger),
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
    async close() {
      callers.close();
      await inFlight.settled();
      await clients.close();
      await audit?.close();
      await upstream.close();
    },
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

/** The adapter with the process's clock and randomness. */
export function connect(baseUrl: string, apiKey: string): ScaleClient {
  return createScaleClient({
    baseUrl,
    apiKey,
    userAgent: `scale-ai-mcp/${VERSION}`,
    timing: { random: Math.random, sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) },
  });
}

async function openScale(settings: Settings, logger: Logger): Promise<Upstream> {
  const apiKey = await readScaleKey(settings);
  if (apiKey === undefined) {
    logger.warn(
      'no Scale API key: tools are listed, calls will say how to set one (SCALE_API_KEY, or --sandbox)',
    );
  }
  const mode = apiKey === undefined ? undefined : modeOfKey(apiKey);
  return { baseUrl: settings.api_base_url, apiKey, mode, close: async () => undefined };
}

async function openSandbox(settings: Settings, logger: Logger): Promise<Upstream> {
  if (settings.api_key !== undefined || settings.api_key_file !== undefined) {
    logger.warn('--sandbox is on: the configured Scale API key is ignored');
  }
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox({
    turnaroundMs: durationMs(settings.turnaround),
    seed: settings.seed,
    logger: logger.child({ part: 'sandbox' }, { level: 'warn' }),
    ...(settings.data !== undefined && { dataDir: settings.data }),
  });
  logger.info({ base_url: sandbox.baseUrl }, 'embedded sandbox is up');
  return {
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.live,
    mode: 'sandbox',
    close: () => sandbox.close(),
  };
}
