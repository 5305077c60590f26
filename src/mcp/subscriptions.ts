import { AsyncLocalStorage } from 'node:async_hooks';
import { matchUri } from '../catalog/resource.ts';
import { isRecord } from '../responses/compact.ts';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { ResourceSpec, Watched } from '../catalog/resource.ts';

/**
 * Tells when something has changed.
 *
 * @returns to look away
 */
export type Watch = (watched: Watched & { tool: string }, caller: Caller, changed: () => void) => () => void;

/** Addresses that one principal may watch at once: each may be one that Scale is asked about again and again. */
const MAX_WATCHED = 200;

/** Who is told of which changes. */
export interface Subscriptions {
  /** Those of the addresses that this caller can subscribe to now. */
  among(uris: readonly unknown[], caller: Caller): string[];
  /** @returns to unsubscribe */
  watch(uris: readonly string[], caller: Caller, changed: (uri: string) => void): () => void;
}

export function openSubscriptions(declared: readonly ResourceSpec[], watch: Watch): Subscriptions {
  const taken = new Map<string, number>();
  const find = (uri: string, caller: Caller): (Watched & { tool: string }) | undefined => {
    for (const resource of declared) {
      const { uriTemplate, tool } = resource;
      const variables = matchUri(uriTemplate, uri);
      if (!variables) continue;
      const watched = caller.selection.find(tool) && resource.watched?.(variables);
      return watched && { ...watched, tool };
    }
    return undefined;
  };
  const count = ({ principal }: Caller, more: number): void => {
    const number = (taken.get(principal) ?? 0) + more;
    if (number > 0) taken.set(principal, number);
    else taken.delete(principal);
  };
  return {
    among(uris, caller) {
      const texts = new Set(uris.filter((uri) => typeof uri === 'string'));
      const left = MAX_WATCHED - (taken.get(caller.principal) ?? 0);
      return [...texts].filter((uri) => find(uri, caller) !== undefined).slice(0, Math.max(0, left));
    },
    watch(uris, caller, changed) {
      const stops = uris.flatMap((uri) => {
        const watched = find(uri, caller);
        return watched ? [watch(watched, caller, () => changed(uri))] : [];
      });
      const number = stops.length;
      count(caller, number);
      return () => {
        if (stops.length === 0) return;
        count(caller, -number);
        for (const stop of stops.splice(0)) stop();
      };
    },
  };
}

/** Whether a message asks for a stream that lasts as long as the client wants. */
export function isListening(message: unknown): boolean {
  return isRecord(message) && message['method'] === 'subscriptions/listen';
}

/** The addresses that a `subscriptions/listen` asks for; undefined for any other message. */
export function askedFor(message: unknown): readonly unknown[] | undefined {
  const filter = filterOf(message);
  return Array.isArray(filter?.['resourceSubscriptions']) ? filter['resourceSubscriptions'] : undefined;
}

/** A `subscriptions/listen` that asks for these addresses only, so that no others are acknowledged. */
export function askingFor<T>(message: T, uris: readonly string[]): T {
  const filter = filterOf(message);
  if (!isRecord(message) || !filter) return message;
  const notifications = { ...filter, resourceSubscriptions: uris };
  const { params } = message;
  return { ...message, params: { ...(isRecord(params) && params), notifications } };
}

function filterOf(message: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(message) || !isListening(message)) return undefined;
  const { params } = message;
  const filter = isRecord(params) ? params['notifications'] : undefined;
  return isRecord(filter) ? filter : undefined;
}

interface Stream {
  caller: Caller;
  uris: readonly string[];
}

/** What streams over HTTP are told through. Each is told of its own changes only: others may have another key. */
export interface StreamBus extends ServerEventBus {
  /** Serves one request to listen; the stream that comes of it is told of these addresses. */
  serve<T>(stream: Stream, answer: () => T): T;
}

export function openStreamBus(subscriptions: Subscriptions): StreamBus {
  const current = new AsyncLocalStorage<Stream>();
  return {
    serve: (stream, answer) => current.run(stream, answer),
    publish: () => undefined, // nothing concerns all streams
    subscribe(listener) {
      const stream = current.getStore();
      if (!stream) return () => undefined;
      const { uris, caller } = stream;
      return subscriptions.watch(uris, caller, (uri) => listener({ kind: 'resource_updated', uri }));
    },
  };
}
