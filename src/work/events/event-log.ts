import { parseDocument } from '../../json/parse-document.ts';
import { DAY_MS, RETENTION_DAYS } from '../retention.ts';
import { topicOf } from '../results/topics.ts';
import { ScaleEvent, readEvent } from './event.ts';
import type { EventQuery } from '../../catalog/work/events.ts';
import type { StateDatabase } from '../../state/state-database.ts';

/** Events read at once. */
const READ_AT_ONCE = 200;

export interface KeptEvent {
  event: ScaleEvent;
  /** Where it stands, so that a list goes on from there; what came later stands higher. */
  position: number;
}

/** What is looked for. */
export type EventFilter = Pick<EventQuery, 'project' | 'batch' | 'task_id' | 'kind' | 'since'>;

interface EventLogOptions {
  database: StateDatabase;
  /** Whether this server takes callbacks. */
  configured: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The callbacks that came, each once: Scale sends an event again for up to 24 hours (core.md 2.15). */
export class EventLog {
  readonly configured: boolean;
  readonly #database: StateDatabase;
  readonly #now: () => number;

  constructor({ database, configured, now }: EventLogOptions) {
    this.#database = database;
    this.configured = configured;
    this.#now = now;
  }

  /**
   * Keeps an event and then wakes whoever waits for it.
   *
   * @returns whether it is new
   * @throws StoreUnavailable when it could not be kept
   */
  async take(body: unknown): Promise<boolean> {
    const now = this.#now();
    const event = readEvent(body, new Date(now).toISOString());
    const { id, kind, task_id = null, batch = null, project = null } = event;
    const kept = await this.#database.db
      .insertInto('events')
      .values({ id, received_ms: now, kind, task_id, batch, project, document: JSON.stringify(event) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    if (kept.length === 0) return false;
    for (const topic of topicsOf(event)) this.#database.notify(topic);
    return true;
  }

  /**
   * The newest first, a bounded number of them in memory.
   *
   * @param before only what stands before this position
   */
  async *newestFirst(filter: EventFilter = {}, before?: number): AsyncGenerator<KeptEvent> {
    for (let next = before; ;) {
      const rows = await this.#read(filter, next);
      for (const { document, position } of rows) {
        const event = ScaleEvent.safeParse(parseDocument(document)).data;
        if (event) yield { event, position };
      }
      const last = rows.at(-1);
      if (!last || rows.length < READ_AT_ONCE) return;
      next = last.position;
    }
  }

  async #read(
    { since, ...named }: EventFilter,
    before: number | undefined,
  ): Promise<{ document: string; position: number }[]> {
    const oldest = this.#now() - RETENTION_DAYS * DAY_MS;
    let query = this.#database.db
      .selectFrom('events')
      .select(['document', 'position'])
      .where('received_ms', '>=', since === undefined ? oldest : Math.max(oldest, Date.parse(since)))
      .orderBy('position', 'desc')
      .limit(READ_AT_ONCE);
    if (before !== undefined) query = query.where('position', '<', before);
    for (const name of ['project', 'batch', 'task_id', 'kind'] as const) {
      const value = named[name];
      if (value !== undefined) query = query.where(name, '=', value);
    }
    return query.execute();
  }
}

/** Everything that the event is about: whoever waits for any of it looks again. */
function topicsOf({ task_id: task, batch, project }: ScaleEvent): string[] {
  return [
    ...(task === undefined ? [] : [topicOf('task', task)]),
    ...(batch === undefined ? [] : [topicOf('batch', batch)]),
    ...(project === undefined ? [] : [topicOf('project', project)]),
  ];
}
