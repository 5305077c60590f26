import multipart from '@fastify/multipart';
import fastify from 'fastify';
import { ApiError, REFUSAL, errorEnvelope } from './api-error.ts';
import { addControlRoutes } from './control/control-routes.ts';
import { addRateLimit } from './control/rate-limit.ts';
import { addFaultHooks } from './control/fault-hooks.ts';
import { dataSetOf } from './keys.ts';
import { refuseWebPages } from './refuse-web-pages.ts';
import { addBatchRoutes } from './routes/batches.ts';
import { addFileRoutes } from './routes/files.ts';
import { addProjectGroupRoutes } from './routes/project-groups.ts';
import { addProjectRoutes } from './routes/projects.ts';
import { addQualityRoutes } from './routes/quality.ts';
import { addStudioRoutes } from './routes/studio.ts';
import { addTaskDetailRoutes } from './routes/task-details.ts';
import { addTaskRoutes } from './routes/tasks.ts';
import { addTeamRoutes } from './routes/teams.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Control } from './control/control-routes.ts';
import type { AccountOf } from './routes/route-context.ts';

/** Bytes of a JSON body; Scale's own limit is not known. */
const BODY_LIMIT = 20 * 1024 * 1024;

/** Scale takes files of at most 80 MB. */
const FILE_LIMIT = 80 * 1_000_000;

const AREAS = [
  addTaskRoutes,
  addTaskDetailRoutes,
  addBatchRoutes,
  addProjectRoutes,
  addFileRoutes,
  addTeamRoutes,
  addStudioRoutes,
  addProjectGroupRoutes,
  addQualityRoutes,
];

/**
 * The HTTP server: Scale's API under /v1, the control plane under /_sandbox.
 *
 * @param isLoopback whether it listens on a loopback address
 */
export async function buildApp(
  control: Control,
  { logger, isLoopback }: { logger: Logger; isLoopback: boolean },
): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    bodyLimit: BODY_LIMIT,
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2_000 },
  });
  if (isLoopback) refuseWebPages(app);
  readBodiesLikeScale(app);
  await app.register(multipart, { limits: { fileSize: FILE_LIMIT }, throwFileSizeLimit: false });

  control.log.attach(app, control.clock);
  addRateLimit(app, control.behaviour);
  addFaultHooks(app, control.faults);
  app.addHook('onSend', async (_request, _reply, payload) => {
    await control.flush(); // nobody hears of a change that a kill could undo
    return payload;
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error instanceof ApiError ? error.status : (error.statusCode ?? 500);
    if (status >= 500) logger.error({ err: error, url: request.url }, 'the sandbox failed');
    const text = status >= 500 ? 'Internal server error.' : error.message;
    return reply.code(status).send(errorEnvelope(status, text));
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorEnvelope(404, `The sandbox has no ${request.method} ${request.url.split('?')[0]}.`)),
  );

  const accountOf: AccountOf = (request) => {
    const set = dataSetOf(request.headers.authorization);
    if (!set) throw REFUSAL.noKey();
    return control.accounts[set];
  };
  await app.register(
    async (v1) => {
      v1.addHook('onRequest', async (request) => void accountOf(request));
      for (const addRoutes of AREAS) addRoutes(v1, accountOf);
    },
    { prefix: '/v1' },
  );
  addControlRoutes(app, control);
  return app;
}

/** SDKs send `Content-Type: application/json` without a body, and form bodies were accepted in the past. */
function readBodiesLikeScale(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    if (text.trim() === '') return done(null);
    try {
      return done(null, JSON.parse(text));
    } catch {
      return done(new ApiError(400, 'The body is not valid JSON.'));
    }
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
}
