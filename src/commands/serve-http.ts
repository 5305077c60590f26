import { withAskingSessions } from '../mcp/asking-sessions.ts';
import { statelessEndpoint } from '../mcp/endpoint.ts';
import { durationMs } from '../config/setting.ts';
import { UnsafeBindError, serveOverHttp } from '../mcp/http.ts';
import { openSubscriptions } from '../mcp/subscriptions.ts';
import { openLogger } from '../observability/logger.ts';
import { serveMetrics } from '../observability/telemetry/serve-metrics.ts';
import { startTelemetry } from '../observability/telemetry/start-telemetry.ts';
import { VERSION } from '../version.ts';
import { EXIT } from './exit-codes.ts';
import { openLocal } from '../compose/open-local.ts';
import { openService } from '../compose/open-service.ts';
import { serverFactory } from '../compose/server-factory.ts';
import { untilStopped } from './until-stopped.ts';
import { resources } from '../../tools/resources.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { Telemetry } from '../observability/telemetry/telemetry.ts';
import type { OpenConsole, openConsole } from '../compose/open-console.ts';
import type { Local } from '../compose/open-local.ts';
import type { Service } from '../compose/open-service.ts';

const DEFAULT_PORT = 3_000;

/** `scale-ai-mcp http`: MCP over streamable HTTP until a signal arrives. Returns the exit code. */
export async function serveHttpCommand(settings: Settings): Promise<number> {
  const logger = await openLogger(settings.log_level);
  const scrape = settings.metrics_port !== undefined;
  const telemetry = await startTelemetry(process.env, { scrape, version: VERSION });
  const local = await openLocal(settings, logger, { isRemote: true });
  const service = await openService(settings, local, logger, { isRemote: true });
  try {
    await serveUntilStopped(settings, { local, service }, telemetry, logger);
    return EXIT.ok;
  } catch (error) {
    logger.fatal(explainListenFailure(error, settings.port ?? DEFAULT_PORT));
    return EXIT.cannotListen;
  } finally {
    await service.close();
    await telemetry.shutdown();
    endSoon();
  }
}

/** Everything is closed by now. What a package leaves running, such as a look-out for a database, keeps no process alive. */
const LEFT_RUNNING_MS = 2_000;

function endSoon(): void {
  setTimeout(() => process.exit(), LEFT_RUNNING_MS).unref();
}

async function serveUntilStopped(
  settings: Settings,
  { local, service }: { local: Local; service: Service },
  { scrape }: Telemetry,
  logger: Logger,
): Promise<void> {
  const { caller } = local;
  const { invoke, asking } = service;
  const subscriptions = openSubscriptions(resources, service.watch);
  const factory = serverFactory(
    {
      caller,
      invoke,
      asking,
      subscriptions,
      logger,
    },
    settings,
  );
  const stateless = statelessEndpoint(factory, logger, subscriptions);
  const page = settings.console ? await consoleOf(settings, { local, service }, logger) : undefined;
  const endpoint = withAskingSessions({ stateless, factory, now: () => performance.now() });
  const server = await serveOverHttp(endpoint, {
    host: settings.host,
    port: settings.port ?? DEFAULT_PORT,
    logger,
    callers: service.callers,
    refuse: service.refuse,
    ...(page && { routes: page.routes }),
    callbacks: service.callbacks,
    allowedHosts: settings.allow_host,
    stopTimeoutMs: durationMs(settings.stop_timeout),
  });
  let ready = true;
  const { metrics_host: host, metrics_port: port } = settings;
  const metrics =
    scrape && port !== undefined
      ? await serveMetrics({ host, port, scrape, health: () => ({ ready, ...service.health() }) })
      : undefined;
  const stopped = untilStopped();
  if (metrics) logger.info({ url: metrics.url }, `metrics at ${metrics.url}`);
  if (page) logger.info(`the console is at ${new URL('/console', server.url).href}`);
  logger.info({ url: server.url, mode: caller.mode ?? 'no key' }, `serving MCP at ${server.url}`);
  await stopped;
  ready = false;
  page?.close();
  await service.stop();
  await server.close();
  await metrics?.close();
}

/** Loaded where it is wanted: no other start needs it. */
async function consoleOf(...parts: Parameters<typeof openConsole>): Promise<OpenConsole> {
  return (await import('../compose/open-console.ts')).openConsole(...parts);
}

/** @throws the error itself when it is not about listening */
export function explainListenFailure(error: unknown, port: number): string {
  if (error instanceof UnsafeBindError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const taken = 'port' in error && typeof error.port === 'number' ? error.port : port;
    return `Port ${taken} is taken. Choose another with --port or --metrics-port, or 0 for any free one.`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    return `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`;
  }
  throw error;
}
