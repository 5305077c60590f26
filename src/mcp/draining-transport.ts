import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';

type Id = string | number;

/** A connection that can be ended in order. */
export interface DrainingTransport extends Transport {
  /** The client sends nothing more: questions that it was asked, or will be, are answered in its place with an error. */
  endOfInput(): void;
  /** Refuses requests from now on, and resolves when all that came before are answered, or after the time given. */
  drain(patienceMs: number): Promise<void>;
}

/** Knows which requests have not been answered. Listening streams last as long as the client wants, and do not count. */
export function drainingTransport(inner: Transport): DrainingTransport {
  const open = new Set<Id>();
  const questions = ownRequests((message) => outer.onmessage?.(message));
  let isStopping = false;
  let settled: () => void = () => undefined;
  const end = (id: unknown): void => {
    if (typeof id === 'string' || typeof id === 'number') open.delete(id);
    if (open.size === 0) settled();
  };
  /** Whether the message is to be handed on. */
  const arrives = (message: JSONRPCMessage): boolean => {
    if (!('method' in message)) return questions.awaits(message);
    if (message.method === 'notifications/cancelled') end(message.params?.['requestId']);
    if (!('id' in message) || message.method === 'subscriptions/listen') return true;
    if (isStopping) {
      inner.send(refusalOf(message.id)).catch(() => undefined); // nobody is there any more
      return false;
    }
    open.add(message.id);
    return true;
  };
  const outer: DrainingTransport = {
    async start() {
      const handlers: Pick<Transport, 'onmessage' | 'onerror' | 'onclose'> = {
        onmessage: (message, extra) => {
          if (arrives(message)) outer.onmessage?.(message, extra);
        },
        onerror: (error) => outer.onerror?.(error),
        onclose() {
          open.clear(); // nobody reads answers any more
          settled();
          outer.onclose?.();
        },
      };
      Object.assign(inner, handlers);
      await inner.start();
    },
    async send(message, options) {
      questions.opens(message);
      await inner.send(message, options);
      if ('id' in message && !('method' in message) && message.id !== undefined) end(message.id);
    },
    close: () => inner.close(),
    setProtocolVersion: (version) => inner.setProtocolVersion?.(version),
    endOfInput: () => questions.giveUp(),
    async drain(patienceMs) {
      await nextTurn(); // what was read is handed on first
      isStopping = true;
      if (open.size === 0) return;
      const allAnswered = new Promise<void>((resolve) => {
        settled = resolve;
      });
      const patience = new AbortController();
      const { signal } = patience;
      await Promise.race([allAnswered, sleep(patienceMs, undefined, { signal }).catch(() => undefined)]);
      patience.abort();
    },
  };
  return outer;
}

/** Our own requests, such as questions to the user; `answer` stands in for a client that has gone silent. */
function ownRequests(answer: (message: JSONRPCMessage) => void): {
  opens(message: JSONRPCMessage): void;
  /** Whether the response belongs to one that is open. */
  awaits(response: Exclude<JSONRPCMessage, { method: string }>): boolean;
  giveUp(): void;
} {
  const open = new Set<Id>();
  let isSilent = false;
  const giveUp = (): void => {
    isSilent = true;
    for (const id of open) answer(unheard(id));
    open.clear();
  };
  return {
    opens(message) {
      if ('id' in message && 'method' in message) open.add(message.id);
      if (isSilent) setImmediate(giveUp); // whoever asks waits for it by then
    },
    awaits: ({ id }) => id === undefined || open.delete(id),
    giveUp,
  };
}

function refusalOf(id: Id): JSONRPCMessage {
  const message = 'This server is stopping. Nothing was done: start it again and send it once more.';
  return { jsonrpc: '2.0', id, error: { code: -32_603, message } };
}

function unheard(id: Id): JSONRPCMessage {
  const message = 'The client has closed its side of the connection, and cannot answer.';
  return { jsonrpc: '2.0', id, error: { code: -32_603, message } };
}
