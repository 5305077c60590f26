import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { planLines } from './plan.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Seal } from './consents.ts';
import type { Plan } from './plan.ts';

type Binding = Pick<Seal, 'principal' | 'tool' | 'digest'>;

interface Open {
  plan: Plan;
  seal: Seal;
  /** Part of the address. */
  id: string;
  /** Part of the page only: who does not see the page cannot send its form. */
  token: string;
  answer?: 'yes' | 'no';
}

/** A form holds a token and a word. */
const MAX_FORM_BYTES = 1_024;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // With "no-referrer" browsers would send "Origin: null" with the page's own form.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Pages on loopback where the person at this machine agrees to a plan, for clients that cannot ask. Opened with the
 * first question. No scripts; a click counts only from the page itself.
 */
export class ApprovalPages {
  readonly #now: () => number;
  readonly #open = new Map<string, Open>();
  #server: Promise<{ server: Server; origin: string }> | undefined;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The address where a question can be answered; the same one while the question stands. */
  async ask(plan: Plan, seal: Seal): Promise<{ url: string; expiresAt: number }> {
    this.#server ??= this.#listen();
    const { origin } = await this.#server;
    this.#forgetExpired();
    const standing = this.#find(seal);
    const question = standing ?? { plan, seal, id: secret(), token: secret() };
    this.#open.set(question.id, question);
    return { url: `${origin}/approve/${question.id}`, expiresAt: question.seal.expiresAt };
  }

  /** What was answered to exactly this, once. */
  take(binding: Binding): 'yes' | 'no' | undefined {
    this.#forgetExpired();
    const question = this.#find(binding);
    if (question?.answer === undefined) return undefined;
    this.#open.delete(question.id);
    return question.answer;
  }

  async close(): Promise<void> {
    if (!this.#server) return;
    const { server } = await this.#server;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  #find({ principal, tool, digest }: Binding): Open | undefined {
    return [...this.#open.values()].find(
      ({ seal }) => seal.principal === principal && seal.tool === tool && seal.digest === digest,
    );
  }

  #forgetExpired(): void {
    for (const [id, { seal }] of this.#open) if (seal.expiresAt < this.#now()) this.#open.delete(id);
  }

  async #listen(): Promise<{ server: Server; origin: string }> {
    const server = createServer((request, response) => {
      this.#answer(request, response, origin).catch(() => say(response, 400, 'This request cannot be read.'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    return { server, origin };
  }

  async #answer(request: IncomingMessage, response: ServerResponse, origin: string): Promise<void> {
    if (request.headers.host !== new URL(origin).host) return say(response, 403, 'Not here.');
    this.#forgetExpired();
    const [, id = ''] = /^\/approve\/([\w-]{22})$/.exec(request.url ?? '') ?? [];
    const question = this.#open.get(id);
    if (!question) return say(response, 404, 'There is no such question, or it has expired.');
    if (question.answer) return say(response, 200, answered(question.answer));
    if (request.method === 'GET') return show(response, question);
    if (request.method !== 'POST') return say(response, 405, 'Not allowed.');
    if (isFromElsewhere(request, origin)) return say(response, 403, 'This did not come from the page.');
    const form = new URLSearchParams(await readForm(request));
    const answer = form.get('answer');
    if (!same(form.get('token') ?? '', question.token) || (answer !== 'yes' && answer !== 'no')) {
      return say(response, 403, 'This did not come from the page.');
    }
    question.answer = answer;
    say(response, 200, answered(answer));
  }
}

/** Browsers say where a form was sent from; every one of them must say: from here. */
function isFromElsewhere({ headers }: IncomingMessage, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== origin || (site !== undefined && site !== 'same-origin');
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_FORM_BYTES) throw new Error('too large');
  }
  return text;
}

function secret(): string {
  return randomBytes(16).toString('base64url');
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function answered(answer: 'yes' | 'no'): string {
  return answer === 'yes'
    ? 'Allowed. Go back to your assistant and have it make the same call again.'
    : 'Refused. Nothing will be sent.';
}

function show(response: ServerResponse, { plan, token, id }: Open): void {
  const rows = planLines(plan).map((line) => {
    const at = line.indexOf(': ');
    return `<tr><th>${escape(line.slice(0, at))}</th><td>${escape(line.slice(at + 2))}</td></tr>`;
  });
  page(
    response,
    200,
    `<h1>Allow this at Scale AI?</h1>
<table>${rows.join('')}</table>
<form method="post" action="/approve/${id}">
<input type="hidden" name="token" value="${token}">
<button name="answer" value="yes">Allow</button>
<button name="answer" value="no">Refuse</button>
</form>`,
  );
}

function say(response: ServerResponse, status: number, words: string): void {
  page(response, status, `<p>${escape(words)}</p>`);
}

function page(response: ServerResponse, status: number, content: string): void {
  response.writeHead(status, HEADERS);
  response.end(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>scale-ai-mcp</title>
<style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}th{text-align:left;padding-right:1rem;vertical-align:top}button{font:inherit;padding:.5rem 1.5rem;margin:1rem 1rem 0 0}</style>
<body>${content}</body></html>`);
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
}
