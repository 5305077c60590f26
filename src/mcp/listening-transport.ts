import { SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import { isRecord } from '../responses/compact.ts';
import { askedFor, askingFor } from './subscriptions.ts';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Subscriptions } from './subscriptions.ts';

/**
 * A connection on which the SDK acknowledges and ends `subscriptions/listen` by itself: this watches what it has
 * acknowledged, and says what changed on the stream that asked (2026-07-28, basic/utilities/subscriptions).
 */
export function listeningTransport(
  inner: Transport,
  subscriptions: Subscriptions,
  caller: Caller,
): Transport {
  const streams = new Map<string | number, () => void>();
  const end = (id: unknown): void => {
    if (typeof id !== 'string' && typeof id !== 'number') return;
    streams.get(id)?.();
    streams.delete(id);
  };
  const tell = (id: string | number, uri: string): void => {
    const params = { uri, _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
    const message = { jsonrpc: '2.0', method: 'notifications/resources/updated', params } as const;
    inner.send(message).catch(() => undefined); // nobody is there any more
  };
  const outer: Transport = {
    async start() {
      const handlers: Pick<Transport, 'onmessage' | 'onerror' | 'onclose'> = {
        onmessage(message, extra) {
          if ('method' in message && message.method === 'notifications/cancelled')
            end(message.params?.['requestId']);
          outer.onmessage?.(honoured(message), extra);
        },
        onerror: (error) => outer.onerror?.(error),
        onclose() {
          for (const id of streams.keys()) end(id);
          outer.onclose?.();
        },
      };
      Object.assign(inner, handlers);
      await inner.start();
    },
    async send(message, options) {
      await inner.send(message, options);
      if ('id' in message && 'result' in message) end(message.id);
      const started = acknowledged(message);
      if (!started) return;
      end(started.id);
      streams.set(
        started.id,
        subscriptions.watch(started.uris, caller, (uri) => tell(started.id, uri)),
      );
    },
    close: () => inner.close(),
    setProtocolVersion: (version) => inner.setProtocolVersion?.(version),
  };
  const honoured = (message: JSONRPCMessage): JSONRPCMessage => {
    const asked = askedFor(message);
    return asked ? askingFor(message, subscriptions.among(asked, caller)) : message;
  };
  return outer;
}

function acknowledged(message: JSONRPCMessage): { id: string | number; uris: string[] } | undefined {
  if (!('method' in message) || message.method !== 'notifications/subscriptions/acknowledged')
    return undefined;
  const { _meta: meta, notifications } = message.params ?? {};
  const id = isRecord(meta) ? meta[SUBSCRIPTION_ID_META_KEY] : undefined;
  const uris = isRecord(notifications) ? notifications['resourceSubscriptions'] : undefined;
  if ((typeof id !== 'string' && typeof id !== 'number') || !Array.isArray(uris)) return undefined;
  return { id, uris: uris.filter((uri) => typeof uri === 'string') };
}
