import { RETENTION_DAYS } from '../store/work-store.ts';
import { topicOf } from '../results/topics.ts';
import { ScaleEvent, readEvent } from './event.ts';
import type { Journal, WorkStore } from '../store/work-store.ts';

const DAY_MS = 86_400_000;

/** Scale sends an event again for up to 24 hours (core.md 2.15): two calendar days hold them. */
const DAYS_OF_REPEATS = 2;

/** An event and where it stands, so that a list goes on from there. */
export interface Kept {
  event: ScaleEvent;
  day: string;
  index: number;
}

interface EventLogOptions {
  store: WorkStore;
  /** Whether this server takes callbacks. */
  configured: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The callbacks that came, each once, in a journal for each day. */
export class EventLog {
  readonly configured: boolean;
  readonly #store: WorkStore;
  readonly #now: () => number;
  /** Ids by the day on which they came, and how much of that day's journal they are. */
  readonly #seen = new Map<string, { ids: Set<string>; read: number }>();
  readonly #underway = new Map<string, Promise<boolean>>();
  #reading: Promise<unknown> = Promise.resolve();

  constructor({ store, configured, now }: EventLogOptions) {
    this.#store = store;
    this.configured = configured;
    this.#now = now;
  }

  /**
   * Keeps an event and then wakes whoever waits for it.
   *
   * @returns whether it is new
   * @throws Error when it could not be kept
   */
  async take(body: unknown): Promise<boolean> {
    const event = readEvent(body, new Date(this.#now()).toISOString());
    const earlier = this.#underway.get(event.id);
    if (earlier) {
      await earlier;
      return false;
    }
    const taking = this.#takeOnce(event).finally(() => this.#underway.delete(event.id));
    this.#underway.set(event.id, taking);
    return taking;
  }

  async #takeOnce(event: ScaleEvent): Promise<boolean> {
    if (await this.#isKnown(event.id)) return false;
    await this.#keep(event);
    for (const topic of topicsOf(event)) this.#store.announce(topic);
    return true;
  }

  /** The newest first, from a place on that an earlier list ended at. */
  async *newestFirst(from?: { day: string; index: number }, since?: string): AsyncGenerator<Kept> {
    const oldest = this.#now() - RETENTION_DAYS * DAY_MS;
    const end = Math.max(oldest, since === undefined ? oldest : Date.parse(since));
    for (let time = this.#now(); time > end - DAY_MS; time -= DAY_MS) {
      const day = dayOf(time);
      if (from && day > from.day) continue;
      const events = await this.#eventsOf(day);
      const start = from?.day === day ? Math.min(from.index, events.length) : events.length;
      for (let index = start - 1; index >= 0; index -= 1) {
        const event = events[index];
        if (!event || Date.parse(event.at) < end) continue;
        yield { event, day, index };
      }
    }
  }

  async #keep(event: ScaleEvent): Promise<void> {
    await this.#journal(dayOf(this.#now())).append([event]);
    this.#idsOf(dayOf(this.#now())).ids.add(event.id);
  }

  async #eventsOf(day: string): Promise<ScaleEvent[]> {
    const events: ScaleEvent[] = [];
    for await (const line of this.#journal(day).lines()) {
      const { data } = ScaleEvent.safeParse(line);
      if (data) events.push(data);
    }
    return events;
  }

  /** One after the other, so that each line is read once. */
  async #isKnown(id: string): Promise<boolean> {
    const reading = this.#reading.then(() => this.#readNew());
    this.#reading = reading.catch(() => undefined);
    await reading;
    return [...this.#seen.values()].some(({ ids }) => ids.has(id));
  }

  /** A file is written by this process alone and is read once; in Redis, other replicas may have added to it. */
  async #readNew(): Promise<void> {
    const days = Array.from({ length: DAYS_OF_REPEATS }, (_, ago) => dayOf(this.#now() - ago * DAY_MS));
    for (const day of this.#seen.keys()) if (!days.includes(day)) this.#seen.delete(day);
    for (const day of days) {
      const isKnown = this.#seen.has(day);
      const journal = this.#journal(day);
      if (isKnown && journal.file !== undefined) continue;
      const seen = this.#idsOf(day);
      for await (const line of journal.lines(seen.read)) {
        seen.read += 1;
        const { data } = ScaleEvent.safeParse(line);
        if (data) seen.ids.add(data.id);
      }
    }
  }

  #idsOf(day: string): { ids: Set<string>; read: number } {
    const seen = this.#seen.get(day) ?? { ids: new Set<string>(), read: 0 };
    this.#seen.set(day, seen);
    return seen;
  }

  #journal(day: string): Journal {
    return this.#store.journal(`events-${day}`);
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Everything that the event is about: whoever waits for any of it looks again. */
function topicsOf({ task_id: task, batch, project }: ScaleEvent): string[] {
  return [
    ...(task === undefined ? [] : [topicOf('task', task)]),
    ...(batch === undefined ? [] : [topicOf('batch', batch)]),
    ...(project === undefined ? [] : [topicOf('project', project)]),
  ];
}
