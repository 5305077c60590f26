import { NothingFound } from '../src/catalog/nothing-found.ts';
import { isRecord } from '../src/responses/compact.ts';
import type { RunContext, SubjectKind } from '../src/catalog/tool.ts';

/**
 * Scale answers with an empty list for a project or a batch that does not exist, which would be told as if it held
 * nothing. Looks only where the list is empty.
 *
 * @returns the page as it came
 * @throws NothingFound
 */
export async function unlessMissing(
  page: unknown,
  filters: Readonly<Partial<Record<Exclude<SubjectKind, 'task'>, string | undefined>>>,
  { lookUp }: Pick<RunContext, 'lookUp'>,
): Promise<unknown> {
  if (!isRecord(page) || !Array.isArray(page['docs']) || page['docs'].length > 0) return page;
  for (const kind of ['batch', 'project'] as const) {
    const name = filters[kind];
    if (name === undefined) continue;
    const { state } = await lookUp(kind, name);
    if (state === 'missing') throw new NothingFound(`There is no ${kind} "${name.slice(0, 60)}".`);
  }
  return page;
}
