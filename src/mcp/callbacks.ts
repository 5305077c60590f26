import { refuseDeep } from './message-limits.ts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../observability/logger.ts';

/** Takes what Scale sends of its own accord. */
export interface CallbackReceiver {
  /** @param secret the value of `scale-callback-auth` */
  isFromScale(secret: string): boolean;
  /** @throws Error when it could not be kept: Scale is to send it again */
  receive(body: unknown): Promise<void>;
}

/** The path that is entered at Scale as the callback URL. */
const PATH = '/callbacks/scale';

const HEADER = 'scale-callback-auth';

/** A callback holds a whole task with its result. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** Levels of lists and objects that what handles a callback has the stack for, many times over. */
const MAX_DEPTH = 1_000;

/** Serves the callbacks; refusals and failures have an empty body. */
export function serveCallbacks(app: FastifyInstance, receiver: CallbackReceiver, logger: Logger): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      async (_request: unknown, text: string) => {
        const body = parse(text);
        refuseDeep(body, MAX_DEPTH); // what cannot be handled the first time cannot be handled the twentieth
        return body;
      },
    );
    scope.setErrorHandler(({ statusCode = 500 }: { statusCode?: number }, _request, reply) =>
      reply.code(statusCode).send(),
    );
    scope.post(PATH, {
      bodyLimit: BODY_LIMIT,
      async onRequest(request, reply) {
        const { [HEADER]: given } = request.headers;
        if (!receiver.isFromScale(typeof given === 'string' ? given : '')) return reply.code(401).send();
      },
      async handler(request, reply) {
        try {
          await receiver.receive(request.body);
        } catch (error) {
          logger.error({ err: error }, 'a callback could not be kept; Scale sends it again');
          return reply.code(503).send();
        }
        return reply.code(200).send();
      },
    });
  });
}

/** What is no JSON is kept all the same: a refusal would only have it sent nineteen times more. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
