import { createLogger } from '../observability/logger.ts';
import { serveOverStdio } from '../mcp/stdio.ts';
import { startTelemetry } from '../observability/telemetry/start-telemetry.ts';
import { VERSION } from '../version.ts';
import { EXIT } from './exit-codes.ts';
import { openService } from './open-service.ts';
import { untilStopped } from './until-stopped.ts';
import type { Settings } from '../config/settings.ts';

/** `scale-ai-mcp`: MCP over stdio until the host closes stdin or a signal arrives. Returns the exit code. */
export async function serveStdioCommand(settings: Settings): Promise<number> {
  const logger = createLogger(settings.log_level);
  const telemetry = await startTelemetry(process.env, { scrape: false, version: VERSION });
  const service = await openService(settings, logger, { isRemote: false });
  const stdio = serveOverStdio(service.factory, logger);
  await untilStopped(stdio.closed);
  await stdio.close();
  await service.close();
  await telemetry.shutdown();
  process.stdin.destroy(); // after a signal the host may still hold it open
  return EXIT.ok;
}
