import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { builtFile } from '../built-file.ts';
import { ConfigError } from '../config/load.ts';
import { durationMs } from '../config/setting.ts';
import { openLocal } from '../compose/open-local.ts';
import { openService } from '../compose/open-service.ts';
import { serverFactory } from '../compose/server-factory.ts';
import { withAskingSessions } from '../mcp/asking-sessions.ts';
import { statelessEndpoint } from '../mcp/endpoint.ts';
import { serveOverHttp } from '../mcp/http.ts';
import { openLogger } from '../observability/logger.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './printer.ts';
import { explainListenFailure } from './serve-http.ts';
import { untilStopped } from './until-stopped.ts';
import type { Caller } from '../access/caller.ts';
import type { Settings } from '../config/settings.ts';
import type { Callers } from '../mcp/request-callers.ts';

/** What a person wants to look at. */
export interface Looked {
  task?: string | undefined;
  batch?: string | undefined;
  choose?: string | undefined;
}

/** How long the address is good for. The command is meant to be ended sooner. */
const HOURS = 12;

/**
 * `scale-ai-mcp view`: tasks with their annotations in a browser on this machine, until a signal arrives. Who has the
 * address has its token. Returns the exit code.
 *
 * @throws ConfigError where nothing is named that could be shown
 */
export async function serveViewCommand(settings: Settings, looked: Looked): Promise<number> {
  const asked = askedFor(looked, settings.project);
  const html = await readPage();
  const logger = await openLogger(settings.log_level);
  const local = await openLocal(settings, logger, { isRemote: false });
  const service = await openService(settings, local, logger, { isRemote: false });
  const token = randomBytes(32).toString('base64url');
  const port = settings.port ?? 0;
  try {
    const factory = serverFactory(
      {
        caller: local.caller,
        invoke: service.invoke,
        asking: service.asking,
        logger,
      },
      { ...settings, pictures: 'image', structured_content: 'on' },
    );
    const stateless = statelessEndpoint(factory, logger);
    const server = await serveOverHttp(
      withAskingSessions({ stateless, factory, now: () => performance.now() }),
      {
        host: '127.0.0.1',
        port,
        logger,
        callers: onlyWith(token, local.caller),
        stopTimeoutMs: durationMs(settings.stop_timeout),
        page: html,
      },
    );
    const stopped = untilStopped();
    const fragment = new URLSearchParams({ token, ...asked }).toString();
    print(`Open ${new URL('/', server.url).href}#${fragment}`);
    print(
      'The address is for you alone: who has it can use your Scale key. It is good until this command ends.',
    );
    await stopped;
    await service.stop();
    await server.close();
    return EXIT.ok;
  } catch (error) {
    logger.fatal(explainListenFailure(error, port));
    return EXIT.cannotListen;
  } finally {
    await service.close();
  }
}

/** @returns arguments of scale_ai_show_task, or of scale_ai_show_sample */
function askedFor({ task, batch, choose }: Looked, project: string | undefined): Record<string, string> {
  if (task !== undefined) return { task_id: task };
  const sample = { ...(choose !== undefined && { choose }) };
  if (batch !== undefined) return { ...sample, batch };
  if (project !== undefined) return { ...sample, project };
  throw new ConfigError(
    'Nothing to show. Name a task (scale-ai-mcp view TASK_ID), a batch (--batch NAME) or a project (--project NAME).',
  );
}

/** @throws ConfigError where the program runs from its sources */
async function readPage(): Promise<string> {
  const file = builtFile('labels.html');
  if (file === undefined)
    throw new ConfigError('The page is not built. Run npm run build, and node dist/cli.js view.');
  return readFile(file, 'utf8');
}

function onlyWith(token: string, caller: Caller): Callers {
  const expected = Buffer.from(token);
  const expiresAt = Date.now() / 1_000 + HOURS * 3_600;
  return {
    async identify(given) {
      const bytes = Buffer.from(given);
      const isSame = bytes.length === expected.length && timingSafeEqual(bytes, expected);
      return isSame ? { principal: caller.principal, role: undefined, scopes: [], expiresAt } : undefined;
    },
    callerFor: () => caller,
  };
}
