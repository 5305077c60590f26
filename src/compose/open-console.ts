import { readAssets } from '../console/assets.ts';
import { Console } from '../console/console.ts';
import { consoleRoutes } from '../console/routes.ts';
import { auditDirectory } from './audit-directory.ts';
import { consoleUrl } from '../config/derived-settings.ts';
import { ConfigError } from '../config/load.ts';
import { isNamed } from '../catalog/tool-names.ts';
import { catalog } from '../../tools/index.ts';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { Local } from './open-local.ts';
import type { Service } from './open-service.ts';

export interface OpenConsole {
  /** Adds its addresses to the server. */
  routes: (app: FastifyInstance) => void;
  /** Ends every stream; what comes from now on finds none. */
  close(): void;
}

/**
 * The page for whoever runs the server.
 *
 * @throws ConfigError where the program runs from its sources
 */
export async function openConsole(
  settings: Settings,
  { local, service }: { local: Local; service: Service },
  logger: Logger,
): Promise<OpenConsole> {
  const assets = await readAssets();
  if (!assets)
    throw new ConfigError(
      'The console is not built. Run npm run build, and node dist/cli.js http --console.',
    );
  const { invoke, callers, seen } = service;
  const { rates, currency, spend_per_day: spendPerDay, billable_per_day: billablePerDay } = settings;
  const console = await Console.open({
    ...seen,
    invoke,
    callers,
    assets,
    logger,
    files: local.files,
    findTool: (name) => catalog.find((tool) => isNamed(tool, name)),
    auditDirectory: settings.audit ? auditDirectory(settings) : undefined,
    money: { rates, currency, spendPerDay, billablePerDay },
    isPublicHttps: consoleUrl(settings)?.startsWith('https:') === true,
    now: Date.now,
  });
  return {
    routes: (app) => consoleRoutes(app, console),
    close: () => console.close(),
  };
}
