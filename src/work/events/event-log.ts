import { setTimeout as sleep } from 'node:timers/promises';
import { RETENTION_DAYS } from '../store/work-store.ts';
import { topicOf } from '../results/topics.ts';
import { ScaleEvent, readEvent } from './event.ts';
import type { Journal, WorkStore } from '../store/work-store.ts';

const DAY_MS = 86_400_000;

/** Scale sends an event again for up to 24 hours (core.md 2.15): two calendar days hold them. */
const DAYS_OF_REPEATS = 2;

/** Events stand in the order in which they came, but for what replicas and their clocks differ by. */
const DISORDER_MS = 5 * 60_000;

/** How long another process is given that is just taking the same event, and how often it is looked for. */
const TAKEN_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 50;

/** Where an event stands, so that a list goes on from there. */
export interface EventPlace {
  day: string;
  place: number;
}

export interface KeptEvent extends EventPlace {
  event: ScaleEvent;
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
  /** Ids by the day on which they came, and how far that day's journal has been read. */
  readonly #seen = new Map<string, { ids: Set<string>; until: number }>();
  readonly #underway = new Map<string, Promise<boolean>>();
  #reading: Promise<unknown> = Promise.resolve();
  #nextReading: Promise<void> | undefined;

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
    const until = performance.now() + TAKEN_WITHIN_MS;
    while (!(await this.#isKnown(event.id))) {
      const hold = await this.#store.hold(`event-${event.id}`);
      if (!hold) {
        if (performance.now() >= until) throw new Error('another process has not kept this event in time');
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      try {
        if (await this.#isKnown(event.id)) return false;
        await this.#journal(dayOf(this.#now())).append([event]);
      } finally {
        await hold.release();
      }
      for (const topic of topicsOf(event)) this.#store.announce(topic);
      return true;
    }
    return false;
  }

  /**
   * The newest first.
   *
   * @param before only what stands before this place
   * @param since ISO 8601: only what came from then on
   */
  async *newestFirst(before?: EventPlace, since?: string): AsyncGenerator<KeptEvent> {
    const oldest = this.#now() - RETENTION_DAYS * DAY_MS;
    const end = Math.max(oldest, since === undefined ? oldest : Date.parse(since));
    for (let time = this.#now(); time > end - DAY_MS; time -= DAY_MS) {
      const day = dayOf(time);
      if (before && day > before.day) continue;
      const from = before?.day === day ? before.place : undefined;
      for await (const { value, place } of this.#journal(day).newestFirst(from)) {
        const event = ScaleEvent.safeParse(value).data;
        if (!event) continue;
        const at = Date.parse(event.at);
        if (at < end - DISORDER_MS) return;
        if (at >= end) yield { event, day, place };
      }
    }
  }

  /** Readings go one after the other; whoever asks while one has not begun yet shares it. */
  async #isKnown(id: string): Promise<boolean> {
    this.#nextReading ??= this.#reading.then(() => {
      this.#nextReading = undefined;
      return this.#readNew();
    });
    this.#reading = this.#nextReading.catch(() => undefined);
    await this.#nextReading;
    return [...this.#seen.values()].some(({ ids }) => ids.has(id));
  }

  /** Any process may have added events; each is read once. */
  async #readNew(): Promise<void> {
    const days = Array.from({ length: DAYS_OF_REPEATS }, (_, ago) => dayOf(this.#now() - ago * DAY_MS));
    for (const day of this.#seen.keys()) if (!days.includes(day)) this.#seen.delete(day);
    for (const day of days) {
      const seen = this.#seen.get(day) ?? { ids: new Set<string>(), until: -1 };
      let last = seen.until;
      for await (const { value, place } of this.#journal(day).newestFirst()) {
        if (place <= seen.until) break;
        last = Math.max(last, place);
        const event = ScaleEvent.safeParse(value).data;
        if (event) seen.ids.add(event.id);
      }
      this.#seen.set(day, { ...seen, until: last });
    }
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
