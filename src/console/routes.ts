import { readPicture } from '../access/consent/local-picture.ts';
import { isSame, answerIn, isFromElsewhere } from '../access/consent/form.ts';
import { consolePage, isSaid, signInPage, wordsPage } from './page.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import type { Said } from './page.ts';
import type { Console } from './console.ts';

/** A form holds a token and a word; tokens of an authorization server are long. */
const MAX_FORM_BYTES = 8_192;

const PATH = '/console';

/** The addresses of the console. Nothing is said to who is not signed in but how to sign in. */
export function consoleRoutes(app: FastifyInstance, console: Console): void {
  void app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      async (_request: FastifyRequest, text: string) => new URLSearchParams(text),
    );
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers(console.assets.headers);
    });
    scope.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) console.logger.error({ err: error }, 'the console failed');
      const words = status >= 500 ? 'Something went wrong; the log of the server says what.' : error.message;
      return reply.code(status).send(wordsPage(console.assets, words));
    });
    addPage(scope, console);
    addSigning(scope, console);
    addChanges(scope, console);
  });
}

function addPage(scope: FastifyInstance, console: Console): void {
  scope.get(PATH, async (request, reply) => {
    const { said } = parametersOf(request.query);
    const word = isSaid(said) ? said : undefined;
    const caller = await console.admit(request.headers.cookie);
    if (!caller) return reply.send(signInPage(console.assets, word));
    return reply.send(consolePage(await console.view(caller), console.assets, word));
  });

  scope.get(`${PATH}/events`, async (request, reply) => {
    const { cookie } = request.headers;
    const caller = await console.admit(cookie);
    const principal = caller?.principal ?? '';
    if (caller && !console.live.hasRoom(principal))
      return reply.code(429).header('retry-after', '10').send('too many pages are open');
    reply.hijack();
    console.live.add(reply.raw, { principal, admit: () => console.admit(cookie) });
    return reply;
  });

  scope.get(`${PATH}/approvals/:id/:picture`, async (request, reply) => {
    const { id = '', picture } = parametersOf(request.params);
    const caller = await console.admit(request.headers.cookie);
    const question = caller && (await console.questionOf(caller, id));
    const file = question?.plan.attachments?.[Number(picture)];
    const found = file === undefined ? undefined : await readPicture(console.files, file);
    if (!found) return reply.code(404).send(wordsPage(console.assets, 'There is no picture.'));
    return reply.header('content-type', found.mime).send(found.bytes);
  });
}

function addSigning(scope: FastifyInstance, console: Console): void {
  scope.post(`${PATH}/sign-in`, async (request, reply) => {
    if (isForeign(request)) return refuse(reply, console);
    const token = formOf(request).get('token')?.trim() ?? '';
    const begun = await console.signIn(token, { from: request.ip, isSecure: isSecure(request, console) });
    if ('said' in begun) return seeOther(reply, begun.said);
    return seeOther(reply.header('set-cookie', begun.cookie));
  });

  scope.post(`${PATH}/sign-out`, async (request, reply) => {
    const caller = await console.admit(request.headers.cookie);
    if (!caller) return seeOther(reply);
    if (isForeign(request) || !bearsToken(request, caller, console)) return refuse(reply, console);
    return seeOther(reply.header('set-cookie', await console.signOut(request.headers.cookie)), 'signed_out');
  });
}

function addChanges(scope: FastifyInstance, console: Console): void {
  scope.post(`${PATH}/approvals/:id`, async (request, reply) => {
    const caller = await console.admit(request.headers.cookie);
    if (!caller) return seeOther(reply);
    if (isForeign(request)) return refuse(reply, console);
    const question = await console.questionOf(caller, parametersOf(request.params)['id'] ?? '');
    if (!question || question.answer) return seeOther(reply, 'gone', 'approvals');
    const answer = answerIn(formOf(request), question.token);
    if (!answer) return refuse(reply, console);
    return seeOther(reply, await console.answer(caller, question, answer), 'approvals');
  });

  scope.post(`${PATH}/jobs/:id/cancel`, async (request, reply) => {
    const caller = await console.admit(request.headers.cookie);
    if (!caller) return seeOther(reply);
    if (isForeign(request) || !bearsToken(request, caller, console)) return refuse(reply, console);
    const said = await console.cancel(caller, parametersOf(request.params)['id'] ?? '');
    return seeOther(reply, said, said === 'asked' ? 'approvals' : 'jobs');
  });
}

/** Only its host is compared: a proxy may leave the port out. What another site could not know is the form's token. */
function isForeign({ headers }: FastifyRequest): boolean {
  const own = hostIn(`http://${headers.host ?? ''}`);
  return isFromElsewhere(headers, (origin) => own !== undefined && hostIn(origin) === own);
}

function hostIn(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function bearsToken(request: FastifyRequest, caller: Caller, console: Console): boolean {
  return isSame(formOf(request).get('token') ?? '', console.formTokenOf(caller));
}

function isSecure({ headers }: FastifyRequest, { isPublicHttps }: Console): boolean {
  return isPublicHttps || headers['x-forwarded-proto'] === 'https';
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}

function parametersOf(given: unknown): Record<string, string | undefined> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function refuse(reply: FastifyReply, { assets }: Console): FastifyReply {
  return reply.code(403).send(wordsPage(assets, 'This did not come from the page.'));
}

/** After a form the page is fetched anew: a reload sends nothing twice. */
function seeOther(reply: FastifyReply, said?: Said, at?: string): FastifyReply {
  const query = said === undefined ? '' : `?said=${said}`;
  const fragment = at === undefined ? '' : `#${at}`;
  return reply.code(303).header('location', `${PATH}${query}${fragment}`).send();
}
