import { createLogger } from '../observability/logger.ts';
import { statelessEndpoint } from '../mcp/endpoint.ts';
import { UnsafeBindError, serveOverHttp } from '../mcp/http.ts';
import { EXIT } from './exit-codes.ts';
import { openService } from './open-service.ts';
import { untilStopped } from './until-stopped.ts';
import type { Settings } from '../config/settings.ts';

const DEFAULT_PORT = 3_000;

/** `scale-ai-mcp http`: MCP over streamable HTTP until a signal arrives. Returns the exit code. */
export async function serveHttpCommand(settings: Settings): Promise<number> {
  const logger = createLogger(settings.log_level);
  const service = await openService(settings, logger, { isRemote: true });
  try {
    const server = await serveOverHttp(statelessEndpoint(service.factory, logger), {
      host: settings.host,
      port: settings.port ?? DEFAULT_PORT,
      logger,
      callers: service.callers,
      refuse: service.refuse,
      allowedHosts: settings.allow_host,
    });
    const stopped = untilStopped();
    logger.info({ url: server.url, mode: service.mode ?? 'no key' }, `serving MCP at ${server.url}`);
    await stopped;
    await server.close();
    return EXIT.ok;
  } catch (error) {
    logger.fatal(explainListenFailure(error, settings.port ?? DEFAULT_PORT));
    return EXIT.cannotListen;
  } finally {
    await service.close();
  }
}

/** @throws the error itself when it is not about listening */
export function explainListenFailure(error: unknown, port: number): string {
  if (error instanceof UnsafeBindError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    return `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`;
  }
  throw error;
}
