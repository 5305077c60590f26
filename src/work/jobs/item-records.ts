import * as z from 'zod';
import { parseDocument } from '../../json/parse-document.ts';
import type { ExpressionBuilder, ExpressionWrapper } from 'kysely';
import type { Schema } from '../../state/schema.ts';
import type { Queries } from '../../state/state-database.ts';

/** What became of one item. `failed` ones are tried again when the job is started again. */
export const ItemOutcome = z.looseObject({
  /** Names the item within its job: a line of the manifest, a task. */
  key: z.union([z.number(), z.string()]),
  outcome: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Scale's own words. */
  scale_says: z.string().optional(),
});

export type ItemOutcome = z.output<typeof ItemOutcome>;

export const FAILED = 'failed';

/** The last word on each item. An item keeps the position that it was settled at first. */
export async function writeOutcomes(
  db: Queries,
  jobId: string,
  outcomes: readonly ItemOutcome[],
): Promise<void> {
  for (const outcome of outcomes) {
    const values = { outcome: outcome.outcome, document: JSON.stringify(outcome) };
    await db
      .insertInto('job_items')
      .values((query) => ({
        job_id: jobId,
        item: String(outcome.key),
        position: query
          .selectFrom('job_items')
          .where('job_id', '=', jobId)
          .select((eb) => nextPosition(eb).as('next')),
        ...values,
      }))
      .onConflict((conflict) => conflict.columns(['job_id', 'item']).doUpdateSet(values))
      .execute();
  }
}

/** What became of all items, without what else is known of them. */
export async function settledItems(db: Queries, jobId: string): Promise<{ item: string; outcome: string }[]> {
  return db.selectFrom('job_items').select(['item', 'outcome']).where('job_id', '=', jobId).execute();
}

/** In the order in which they were settled; at `most` so many of them. */
export async function readOutcomes(
  db: Queries,
  jobId: string,
  outcome?: string,
  most?: number,
): Promise<ItemOutcome[]> {
  const all = db.selectFrom('job_items').select('document').where('job_id', '=', jobId).orderBy('position');
  const query = most === undefined ? all : all.limit(most);
  const rows = await (outcome === undefined ? query : query.where('outcome', '=', outcome)).execute();
  return rows.flatMap(parse);
}

/** Positions have no gaps: a page of all items is found by its position, one of an outcome by the index of that. */
export async function pageOfOutcomes(
  db: Queries,
  jobId: string,
  { outcome, offset, limit }: { outcome?: string | undefined; offset: number; limit: number },
): Promise<{ items: ItemOutcome[]; total: number }> {
  const query = db.selectFrom('job_items').where('job_id', '=', jobId);
  const wanted = outcome === undefined ? query : query.where('outcome', '=', outcome);
  const { total } =
    outcome === undefined
      ? await wanted.select((eb) => nextPosition(eb).as('total')).executeTakeFirstOrThrow()
      : await wanted.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = wanted.select('document').orderBy('position').limit(limit);
  const rows = await (
    outcome === undefined ? page.where('position', '>=', offset) : page.offset(offset)
  ).execute();
  return { items: rows.flatMap(parse), total };
}

/** Positions have no gaps: it is also how many there are. */
function nextPosition({
  eb,
  fn,
}: ExpressionBuilder<Schema, 'job_items'>): ExpressionWrapper<Schema, 'job_items', number> {
  return fn.coalesce(eb(fn.max('position'), '+', 1), eb.lit(0));
}

function parse({ document }: { document: string }): ItemOutcome[] {
  const { data } = ItemOutcome.safeParse(parseDocument(document));
  return data ? [data] : [];
}
