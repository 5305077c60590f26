import type { Server, ServerEventBus } from '@modelcontextprotocol/server';

/** Tells which resources have changed, by URI; in every replica where they share a Redis. */
export interface ResourceUpdates {
  /** @returns to stop listening */
  listen(changed: (uri: string) => void): () => void;
}

/** What streams of `subscriptions/listen` are fed from; the SDK keeps to each what it asked for. */
export function busOf(updates: ResourceUpdates): ServerEventBus {
  return {
    publish: () => undefined, // whatever happens is announced where it happens
    subscribe: (listener) => updates.listen((uri) => listener({ kind: 'resource_updated', uri })),
  };
}

/**
 * Tells one lasting connection of changes. In the 2025 revisions of those it subscribed to; in 2026-07-28 the SDK keeps
 * to what a stream asked for.
 */
export function tellConnection(server: Server, era: 'legacy' | 'modern', updates: ResourceUpdates): void {
  const subscribed = new Set<string>();
  let silence: (() => void) | undefined;
  const listen = (): void => {
    silence ??= updates.listen((uri) => {
      if (era === 'legacy' && !subscribed.has(uri)) return;
      server
        .notification({ method: 'notifications/resources/updated', params: { uri } })
        .catch(() => undefined);
    });
  };
  if (era === 'modern') listen();
  else {
    server.setRequestHandler('resources/subscribe', async ({ params }) => {
      subscribed.add(params.uri);
      listen();
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', async ({ params }) => {
      subscribed.delete(params.uri);
      return {};
    });
  }
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's server has no other way
  server.onclose = () => silence?.();
}
