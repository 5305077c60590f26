import fastify from 'fastify';
import { chatCompletions } from './apis/chat-completions.ts';
import { generateContent } from './apis/generate-content.ts';
import { messages } from './apis/messages.ts';
import { responses } from './apis/responses.ts';
import { complaintsAbout } from './complaints.ts';
import { countImages } from './exchange.ts';
import { Script, approve, fillIn, withNulls } from './script.ts';
import type { FastifyReply } from 'fastify';
import type { Asked, Exchange, ModelApi } from './exchange.ts';
import type { Answer } from './script.ts';

const APIS: readonly ModelApi[] = [chatCompletions, responses, messages, generateContent];

export interface RunningModel {
  /** The origin; paths work with `/v1` and `/v1beta` before them and without. */
  url: string;
  /** Begins anew with this script. */
  play(script: unknown): void;
  /** What was asked and answered since then. */
  exchanges(): Exchange[];
  close(): Promise<void>;
}

/** A base URL that has a version already, to which the client has added its own. */
const TWICE = /^(?:\/v1(?:beta|alpha)?){2,}(?=\/)/;

const whyTwice = (path: string, origin: string): string =>
  `${path}: this client adds the version to its base URL by itself. Give it the URL without: MODEL_BASE_URL=${origin}`;

/** Speaks the APIs of models and answers with a script, so that a framework can be watched at its work. */
export async function startModel(port = 0): Promise<RunningModel> {
  const app = fastify({
    bodyLimit: 64 * 1024 * 1024,
    rewriteUrl: ({ url = '/' }) => (TWICE.test(url) ? url : url.replace(/^\/v1(?:beta|alpha)?(?=\/)/, '')),
  });
  let steps: Script = [{ say: 'There is no script.' }];
  let position = 0;
  const searched = new Set<string>();
  let kept: Exchange[] = [];
  const startedAt = Date.now();

  const play = (script: unknown): void => {
    steps = Script.parse(script);
    position = 0;
    searched.clear();
    kept = [];
  };

  /** Requests without the server's tools are a host's own business, such as the title of a chat. */
  async function next({
    tools,
    results,
    search,
    wait,
  }: Asked): Promise<{ answer: Answer; person: string[] }> {
    const person: string[] = [];
    const ours = tools.filter(({ name }) => name.includes('scale_ai_') || name === 'final_answer');
    if (wait) return { answer: { kind: 'call', ...wait, aside: 'wait' }, person };
    if (ours.length === 0 && search && !searched.has('')) {
      searched.add('');
      return {
        answer: { kind: 'call', tool: search.tool, args: search.argsFor(''), aside: 'search' },
        person,
      };
    }
    if (ours.length === 0) return { answer: { kind: 'say', text: 'ok' }, person };
    for (;;) {
      const step = steps[position];
      if (step === undefined) return { answer: { kind: 'say', text: 'The script is over.' }, person };
      position += 1;
      if ('person' in step) {
        person.push(await approve(results));
        continue;
      }
      if ('say' in step) {
        const finish = tools.find(({ name }) => name === 'final_answer');
        if (finish) return { answer: { kind: 'call', tool: finish, args: { answer: step.say } }, person };
        return { answer: { kind: 'say', text: step.say }, person };
      }
      const tool = tools.find(({ name }) => name.endsWith(step.tool));
      if (!tool && search && !searched.has(step.tool)) {
        searched.add(step.tool);
        position -= 1;
        const args = search.argsFor(step.tool);
        return { answer: { kind: 'call', tool: search.tool, args, aside: 'search' }, person };
      }
      if (!tool) return { answer: { kind: 'say', text: `No tool ${step.tool} was sent.` }, person };
      if (tool.isDeferred && search && !searched.has(tool.name)) {
        searched.add(tool.name);
        position -= 1;
        const args = search.argsFor(tool.name);
        return { answer: { kind: 'call', tool: search.tool, args, aside: 'search' }, person };
      }
      const filled = fillIn(step.args, results);
      const args = (tool.isStrict ? withNulls(filled, tool.schema) : filled) as Record<string, unknown>;
      return { answer: { kind: 'call', tool, args }, person };
    }
  }

  async function serve(api: ModelApi, path: string, body: unknown, reply: FastifyReply): Promise<unknown> {
    const asked = api.read(body, path);
    const { answer, person } = await next(asked);
    const atMs = Date.now() - startedAt;
    const complaints = [...(asked.complaints ?? []), ...complaintsAbout(asked.tools, api.name)];
    const { images, base64Texts } = countImages(body);
    kept.push({
      api: api.name,
      path,
      ...asked,
      images: images - (asked.unseenImages ?? 0),
      base64Texts,
      complaints,
      atMs,
      answered: answer,
      person,
      body,
    });
    if (!asked.isStreamed) return reply.send(api.answer(answer, body));
    const lines = api
      .events(answer, body)
      .map(({ event, data }) => `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    return reply.type('text/event-stream').send(lines.join('') + (api.end ?? ''));
  }

  app.get('/models', () => ({ object: 'list', data: [{ id: 'stub', object: 'model', owned_by: 'stub' }] }));
  app.post('/messages/count_tokens', () => ({ input_tokens: 1 }));
  app.put('/_model/script', ({ body }) => {
    play(body);
    return { steps: steps.length };
  });
  app.get('/_model/exchanges', () => kept);
  app.setNotFoundHandler(async ({ url: path, host }, reply) => {
    const message = TWICE.test(path) ? whyTwice(path, `http://${host}`) : `no ${path}`;
    return reply.code(404).send({ error: { message } });
  });
  app.post('/*', async ({ url, body }, reply) => {
    const path = url.split('?')[0] ?? '/';
    const api = TWICE.test(path) ? undefined : APIS.find((one) => one.serves(path));
    return api ? serve(api, path, body, reply) : reply.callNotFound();
  });

  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, play, exchanges: () => kept, close: () => app.close() };
}
