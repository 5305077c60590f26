import * as z from 'zod';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { PlanRow } from './plan.ts';

/** Ids in one question; a URL may be some 8 KB long. */
const MAX_IDS = 100;
const MAX_CHARACTERS = 4_000;

const Page = z.object({
  docs: z.array(
    z.looseObject({
      task_id: z.string().optional(),
      unique_id: z.string(),
      status: z.string().optional(),
    }),
  ),
});

/** A task that bears the unique_id of a row, as the listing shows it. */
export type Existing = z.output<typeof Page>['docs'][number];

/** Groups rows so that each group can be looked up with one request. */
export function* groupsOf(rows: readonly PlanRow[]): Generator<PlanRow[]> {
  let group: PlanRow[] = [];
  let characters = 0;
  for (const row of rows) {
    const length = encodeURIComponent(row.unique_id).length + 'unique_id=&'.length;
    if (group.length > 0 && (group.length === MAX_IDS || characters + length > MAX_CHARACTERS)) {
      yield group;
      group = [];
      characters = 0;
    }
    group.push(row);
    characters += length;
  }
  if (group.length > 0) yield group;
}

/** The tasks that bear the unique_ids of these rows, by unique_id; undefined when Scale's answer cannot be read. */
export async function findExisting(
  rows: readonly PlanRow[],
  scale: ScaleAccess,
): Promise<Map<string, Existing> | undefined> {
  const query = { unique_id: rows.map(({ unique_id: id }) => id), limit: 100 };
  const page = Page.safeParse(await scale.read({ method: 'GET', path: ['tasks'], query })).data;
  return page && new Map(page.docs.map((task) => [task.unique_id, task]));
}
