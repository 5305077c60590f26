import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import path from 'node:path';
import { html } from '../../responses/html.ts';
import { answerIn, isFromElsewhere } from './form.ts';
import { readPicture } from './local-picture.ts';
import { planEffect, planPictures, planTable } from './plan-html.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Html } from '../../responses/html.ts';
import type { LocalFiles } from '../local-files.ts';
import type { Seal } from './consents.ts';
import type { Plan } from './plan.ts';
import type { Binding, Question, Questions } from './questions.ts';

/** A form holds a token and a word. */
const MAX_FORM_BYTES = 1_024;

/** How a process of this program answers, to tell it from a stranger on the same port. */
const SERVER = 'scale-ai-mcp-approval';

/** @param pictures where the pictures of a page come from */
const headersFor = (pictures: readonly string[]): Record<string, string> => ({
  server: SERVER,
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures.length > 0 ? pictures.join(' ') : "'none'"}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // With "no-referrer" browsers would send "Origin: null" with the page's own form.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui;max-width:42rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
th{text-align:left;padding-right:1rem;vertical-align:top;white-space:nowrap}
td,th{border-bottom:1px solid light-dark(#ddd,#444);padding-block:.35rem}
img{width:12rem;max-width:100%;height:9rem;object-fit:contain;background:light-dark(#eee,#222);margin:0 .5rem .5rem 0}
button{font:inherit;padding:.6rem 1.6rem;margin:1rem 1rem 0 0}
@media(max-width:30rem){tr,th,td{display:block;border:0;padding-block:0}td{margin-bottom:.6rem}button{width:100%}}`;

/** Where pages are served, so that a link is good again as soon as any process of this user runs. */
const PORT_FILE = 'approval-port';

/**
 * Pages on loopback where the person at this machine agrees to a plan, for clients that cannot ask. Opened with the
 * first question. No scripts; a click counts only from the page itself. All processes with one state directory share
 * their questions and, one after the other, the port.
 */
export class ApprovalPages {
  readonly #directory: string;
  readonly #questions: Questions;
  readonly #files: LocalFiles;
  readonly #handOver: (() => void) | undefined;
  #serving: Promise<{ server: Server | undefined; origin: string }> | undefined;

  /**
   * @param directory of the state, where the port is remembered
   * @param files what pictures beside a question are read from
   * @param handOver has another process serve what is open when this one ends
   */
  constructor(directory: string, questions: Questions, files: LocalFiles, handOver?: () => void) {
    this.#directory = directory;
    this.#questions = questions;
    this.#files = files;
    this.#handOver = handOver;
  }

  /** Serves the questions that earlier processes left. */
  async resume(): Promise<void> {
    if (await this.#questions.anyOpen()) await this.#serve();
  }

  /** The address where a question can be answered; the same one while the question stands. */
  async ask(plan: Plan, seal: Seal): Promise<{ url: string; expiresAt: number }> {
    const question = await this.#questions.open(plan, seal);
    const { origin } = await this.#serve();
    return { url: `${origin}/approve/${question.id}`, expiresAt: question.expiresAt };
  }

  /** What was answered to exactly this, once. */
  take(binding: Binding): Promise<'yes' | 'no' | undefined> {
    return this.#questions.take(binding);
  }

  async close(): Promise<void> {
    const { server } = (await this.#serving) ?? {};
    if (!server) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    if (this.#handOver && (await this.#questions.anyOpen())) this.#handOver();
  }

  #serve(): Promise<{ server: Server | undefined; origin: string }> {
    this.#serving ??= this.#listen();
    return this.#serving;
  }

  /** On the port of the process before, or beside one that serves the same questions. */
  async #listen(): Promise<{ server: Server | undefined; origin: string }> {
    const file = path.join(this.#directory, PORT_FILE);
    const port = Number(await readFile(file, 'utf8').catch(() => '0'));
    const earlier = port > 0 ? await this.#listenOn(port) : undefined;
    if (earlier) return earlier;
    const origin = originOf(port);
    if (port > 0 && (await isOurs(origin))) {
      this.#serving = undefined; // it may end before this process does
      return { server: undefined, origin };
    }
    const opened = await this.#listenOn(0);
    if (!opened) throw new Error('no port of this machine can be opened');
    await writeFile(file, new URL(opened.origin).port, { mode: 0o600 }).catch(() => undefined);
    return opened;
  }

  async #listenOn(port: number): Promise<{ server: Server; origin: string } | undefined> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => say(response, 400, 'This request cannot be read.'));
    });
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      return undefined;
    }
    server.unref();
    const address = server.address();
    return { server, origin: originOf(typeof address === 'object' && address ? address.port : 0) };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = originOf(request.socket.localPort ?? 0);
    if (request.headers.host !== new URL(origin).host) return say(response, 403, 'Not here.');
    const [, id = '', picture] = /^\/approve\/([\w-]{22})(?:\/(\d))?$/.exec(request.url ?? '') ?? [];
    const question = await this.#questions.get(id);
    if (!question) return say(response, 404, 'There is no such question, or it has expired.');
    if (picture !== undefined)
      return showPicture(response, question.plan.attachments?.[Number(picture)], this.#files);
    if (question.answer) return say(response, 200, answered(question.answer));
    if (request.method === 'GET') return show(response, question);
    if (request.method !== 'POST') return say(response, 405, 'Not allowed.');
    if (isFromElsewhere(request.headers, (from) => from === origin))
      return say(response, 403, 'This did not come from the page.');
    const answer = answerIn(new URLSearchParams(await readForm(request)), question.token);
    if (!answer) return say(response, 403, 'This did not come from the page.');
    await this.#questions.answer(question, answer, { through: 'page' });
    say(response, 200, answered(answer));
  }
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function isOurs(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(`${origin}/approve`, { timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.headers['server'] === SERVER);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_FORM_BYTES) throw new Error('too large');
  }
  return text;
}

function answered(answer: 'yes' | 'no'): string {
  return answer === 'yes'
    ? 'Allowed. Go back to your assistant and have it make the same call again.'
    : 'Refused. Nothing will be sent.';
}

function show(response: ServerResponse, { plan, token, id }: Question): void {
  const pictures = planPictures(plan, (index) => `/approve/${id}/${index}`);
  page(
    response,
    200,
    html`<h1>Allow this at Scale AI?</h1>
      ${planTable(plan)}
      <p>${pictures.map(({ from, url }) => html`<img src="${url}" alt="${from}" loading="lazy" />`)}</p>
      ${planEffect(plan)}
      <form method="post" action="/approve/${id}">
        <input type="hidden" name="token" value="${token}" />
        <button name="answer" value="yes">Allow</button>
        <button name="answer" value="no">Refuse</button>
      </form>`,
    pictures.map(({ url, isHere }) => (isHere ? "'self'" : new URL(url).origin)),
  );
}

async function showPicture(
  response: ServerResponse,
  file: string | undefined,
  files: LocalFiles,
): Promise<void> {
  const picture = file !== undefined && path.isAbsolute(file) ? await readPicture(files, file) : undefined;
  if (!picture) return say(response, 404, 'There is no picture.');
  response.writeHead(200, { ...headersFor([]), 'content-type': picture.mime });
  response.end(picture.bytes);
}

function say(response: ServerResponse, status: number, words: string): void {
  page(response, status, html`<p>${words}</p>`);
}

function page(
  response: ServerResponse,
  status: number,
  content: Html,
  pictures: readonly string[] = [],
): void {
  response.writeHead(status, headersFor(pictures));
  response.end(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>scale-ai-mcp</title>
<style>${STYLE}</style>
<body>${content.text}</body></html>`);
}
