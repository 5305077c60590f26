import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Server } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Surface } from './surface.ts';

interface Parts {
  subscriptions: Subscriptions;
  caller: Caller;
  /** Fails for what the caller cannot read. */
  read: Surface['resources']['read'];
}

/** `resources/subscribe` of the 2025 revisions, on a connection that lasts. */
export function serveSubscriptions(server: Server, { subscriptions, caller, read }: Parts): void {
  const watched = new Map<string, () => void>();
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }, context) => {
    if (watched.has(uri)) return {};
    const [honoured] = subscriptions.among([uri], caller);
    await read(uri, context);
    if (honoured === undefined) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        'Nobody can subscribe to this, or too much is subscribed to: tasks, the progress of batches, and jobs can be.',
        { uri },
      );
    }
    const changed = (): void => void server.sendResourceUpdated({ uri }).catch(() => undefined);
    watched.get(uri)?.();
    watched.set(uri, subscriptions.watch([uri], caller, changed));
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
    watched.get(uri)?.();
    watched.delete(uri);
    return {};
  });
  const onclose = (): void => {
    for (const leave of watched.values()) leave();
    watched.clear();
  };
  Object.assign(server, { onclose });
}
