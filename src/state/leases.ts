import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Kysely, RawBuilder, SqlBool } from 'kysely';
import type { Schema } from './schema.ts';

/** A lease that is not renewed ends after this: its holder was killed or cut off. */
const LEASE_MS = 9_000;
const RENEW_MS = 3_000;

/** One that ends later than this was taken before the clock was set back, and says nothing of its holder. */
const LATEST_END_MS = 2 * LEASE_MS;

/** One process at a time has it; it is free again soon after its holder was killed. */
export interface Lease {
  /** Names who has it. */
  readonly holder: string;
  /** Aborted when somebody else may have it: what was done under it must end. */
  readonly lost: AbortSignal;
  /** Whether it is valid at this very moment: a process that was stopped for a while learns of a loss only later. */
  isValid(): Promise<boolean>;
  release(): Promise<void>;
}

/** Whether a row of a lease is in force. @param time of the database, in milliseconds */
export function isInForce(time: RawBuilder<number>): RawBuilder<SqlBool> {
  const end = sql.ref('leases.expires_ms');
  return sql<SqlBool>`(${end} > ${time} and ${end} <= ${time} + ${sql.lit(LATEST_END_MS)})`;
}

/** Rows that expire by the clock of the database. All that this process has are renewed together. */
export class Leases {
  readonly #db: Kysely<Schema>;
  readonly #time: RawBuilder<number>;
  /** When a lease that is taken or renewed now ends. */
  readonly #until: RawBuilder<number>;
  readonly #held = new Map<string, AbortController>();
  #renewedAt = 0;
  readonly #renewal: NodeJS.Timeout;

  /** @param time of the database, in milliseconds */
  constructor(db: Kysely<Schema>, time: RawBuilder<number>) {
    this.#db = db;
    this.#time = time;
    this.#until = sql<number>`${time} + ${sql.lit(LEASE_MS)}`;
    this.#renewal = setInterval(() => void this.#renew(), RENEW_MS).unref();
  }

  /** What is still held runs out. */
  close(): void {
    clearInterval(this.#renewal);
  }

  /** @returns undefined while somebody else has it */
  async acquire(name: string): Promise<Lease | undefined> {
    const holder = randomUUID();
    if (this.#held.size === 0) this.#renewedAt = performance.now();
    const wanted = { holder, expires_ms: this.#until };
    const taken = await this.#db
      .insertInto('leases')
      .values({ name, ...wanted })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet(wanted)
          .where(sql<SqlBool>`not ${isInForce(this.#time)}`),
      )
      .returning('holder')
      .execute();
    if (taken.length === 0) return undefined;
    const lost = new AbortController();
    this.#held.set(holder, lost);
    return {
      holder,
      lost: lost.signal,
      isValid: async () => (await this.#live('holder', holder)) && !lost.signal.aborted,
      release: async () => {
        this.#held.delete(holder);
        const row = this.#db.deleteFrom('leases').where('holder', '=', holder);
        await row.execute().catch(() => undefined); // it runs out by itself
      },
    };
  }

  /** Whether anybody has it at this moment. */
  isHeld(name: string): Promise<boolean> {
    return this.#live('name', name);
  }

  async #live(column: 'name' | 'holder', value: string): Promise<boolean> {
    const query = this.#db.selectFrom('leases').select('name').where(column, '=', value);
    return (await query.where(isInForce(this.#time)).executeTakeFirst()) !== undefined;
  }

  async #renew(): Promise<void> {
    const held = [...this.#held.keys()];
    if (held.length === 0) return;
    const at = performance.now();
    const update = this.#db
      .updateTable('leases')
      .set({ expires_ms: this.#until })
      .where('holder', 'in', held);
    const query = update.where('expires_ms', '>', this.#time).returning('holder');
    const renewed = await query.execute().catch(() => undefined);
    if (renewed) this.#renewedAt = at;
    else if (at - this.#renewedAt <= LEASE_MS) return;
    const kept = new Set(renewed?.map(({ holder }) => holder));
    for (const holder of held) {
      if (kept.has(holder)) continue;
      this.#held.get(holder)?.abort(new DOMException('The lease was lost.', 'AbortError'));
      this.#held.delete(holder);
    }
  }
}
