import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorEnvelope } from '../api-error.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Fault, Faults } from './faults.ts';

/** Bytes per second of a slow body. */
const SLOW_CHUNK = 16;
const SLOW_PAUSE_MS = 100;

/** Makes requests under /v1 meet the faults in force, before or after they took effect. */
export function addFaultHooks(app: FastifyInstance, faults: Faults): void {
  const met = new WeakMap<object, Fault>();

  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1')) return;
    const fault = faults.meet(request.method, request.url.split('?')[0] ?? '');
    if (!fault) return;
    if (fault.kind === 'latency' && fault.when === 'before') await sleep(fault.latency_ms);
    else if (fault.kind === 'status' && fault.when === 'before') await refuse(reply, fault);
    else if (fault.kind === 'drop' && fault.when === 'before') {
      reply.hijack();
      request.raw.destroy();
    } else met.set(request.raw, fault);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const fault = met.get(request.raw);
    if (!fault) return payload;
    met.delete(request.raw);
    return afterEffect(fault, reply, payload);
  });
}

async function refuse(reply: FastifyReply, fault: Fault): Promise<void> {
  setRetryAfter(reply, fault);
  await reply.code(fault.status).send(errorEnvelope(fault.status, 'Injected by the sandbox.'));
}

function setRetryAfter(reply: FastifyReply, { retry_after_s: seconds }: Fault): void {
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
}

async function afterEffect(fault: Fault, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const text = typeof payload === 'string' ? payload : '{}';
  switch (fault.kind) {
    case 'latency':
      await sleep(fault.latency_ms);
      return payload;
    case 'status':
      setRetryAfter(reply, fault);
      reply.code(fault.status).removeHeader('content-length');
      return JSON.stringify(errorEnvelope(fault.status, 'Injected by the sandbox after the effect.'));
    case 'drop':
      reply.raw.destroy();
      return payload;
    case 'truncate':
      reply.header('content-length', Buffer.byteLength(text));
      return Readable.from(half(text, reply));
    case 'slow_body':
      reply.removeHeader('content-length');
      return Readable.from(trickle(text));
  }
}

async function* half(text: string, reply: FastifyReply): AsyncGenerator<string> {
  yield text.slice(0, Math.floor(text.length / 2));
  await sleep(20);
  reply.raw.destroy();
}

async function* trickle(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += SLOW_CHUNK) {
    yield text.slice(at, at + SLOW_CHUNK);
    await sleep(SLOW_PAUSE_MS);
  }
}
