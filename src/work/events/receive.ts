import { RESOURCES_TOPIC } from '../store/work-store.ts';
import { EVENTS_TOPIC } from '../results/pollers.ts';
import { readEvent } from './scale-event.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { ScaleEvent } from './scale-event.ts';

const SEEN = 'events-seen';

/** Lines of all events, the oldest first. */
export function eventJournal(store: WorkStore): ReturnType<WorkStore['journal']> {
  return store.journal('events');
}

/**
 * Keeps an event before anybody is told that it came, and wakes who waits for it, in every replica.
 *
 * @returns undefined for one that had been received before
 * @throws when it cannot be kept: Scale then sends it again
 */
export async function receiveEvent(
  store: WorkStore,
  body: unknown,
  now: number,
): Promise<ScaleEvent | undefined> {
  const event = readEvent(body, new Date(now).toISOString());
  if ((await store.get(SEEN, event.id)) !== undefined) return undefined;
  await eventJournal(store).append([event]);
  await store.put(SEEN, event.id, { received_at: event.received_at });
  store.announce(EVENTS_TOPIC);
  const { task_id: task, batch } = event;
  if (task !== undefined) store.announce(RESOURCES_TOPIC, `scale://tasks/${task}`);
  if (batch !== undefined)
    store.announce(RESOURCES_TOPIC, `scale://batches/${encodeURIComponent(batch)}/status`);
  return event;
}
