import * as z from 'zod';
import { UnreadAnswer } from './unread-answer.ts';

/** A whole number; also where it comes as digits. */
export const Count = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** For what may be missing and is then not told: undefined where it has another form. */
export function ifRead<T extends z.ZodType>(form: T): z.ZodCatch<z.ZodOptional<T>> {
  return form.optional().catch(undefined);
}

/** An object that bears at least one of the members by which it is known; without any, it is something else. */
export function knownBy<T extends z.ZodType>(form: T, ...members: readonly string[]): T {
  return form.refine((object) => bearsOne(object, members), { error: `has none of ${members.join(', ')}` });
}

/**
 * A list. What is no list does not pass for an empty one, and neither does one of which no item is known by any of
 * the members.
 */
export function listOf<T extends z.ZodType>(item: T, ...members: readonly string[]): z.ZodArray<T> {
  return z.array(item).refine((items) => items.length === 0 || items.some((one) => bearsOne(one, members)), {
    error: `no item has any of ${members.join(', ')}`,
  });
}

/** Numbers of items that are told with a page, and its continuation, as far as they are read. */
const around = {
  total: ifRead(Count),
  totalDocs: ifRead(Count),
  has_more: ifRead(z.boolean()),
  next_token: ifRead(z.string()),
};

/** A page of a list; see listOf. */
export function pageOf<T extends z.ZodType>(
  item: T,
  ...members: readonly string[]
): z.ZodObject<{ docs: z.ZodArray<T> } & typeof around, z.core.$loose> {
  return z.looseObject({ docs: listOf(item, ...members), ...around });
}

const STATUSES = ['pending', 'completed', 'error', 'canceled'] as const;

/** Tasks of a batch by status. Scale leaves a count out when it is zero, so that something else must be there. */
export const BatchCounts = z
  .looseObject({
    status: ifRead(z.string()),
    pending: Count.optional(),
    completed: Count.optional(),
    error: Count.optional(),
    canceled: Count.optional(),
  })
  .refine((counts) => bearsOne(counts, ['status', ...STATUSES]), {
    error: 'has neither a status nor a count',
  })
  .transform(({ pending = 0, completed = 0, error = 0, canceled = 0, ...rest }) => ({
    ...rest,
    pending,
    completed,
    error,
    canceled,
  }));

/** @throws UnreadAnswer for an answer of another form than this one, which is `expected` in words */
export function readAnswer<T extends z.ZodType>(form: T, answer: unknown, expected: string): z.output<T> {
  const read = form.safeParse(answer);
  if (read.success) return read.data;
  throw new UnreadAnswer(expected, answer);
}

/** Filters of lists that an item bears itself, by the same name. */
const BORNE = ['project', 'batch', 'unique_id'] as const;

/**
 * @param filters what the list was asked for; only single texts are compared
 * @throws UnreadAnswer for an item of another project, batch or unique_id: the list was not filtered, and neither shows
 *   what there is nor names what may be changed
 */
export function mustBeFiltered(item: unknown, filters: Readonly<Record<string, unknown>> = {}): void {
  const members = new Map<string, unknown>(Object.entries(item ?? {}));
  for (const name of BORNE) {
    const [asked, borne] = [filters[name], members.get(name)];
    if (typeof asked === 'string' && typeof borne === 'string' && asked !== borne)
      throw new UnreadAnswer(`what has the ${name} that was asked for`, item);
  }
}

function bearsOne(object: unknown, members: readonly string[]): boolean {
  if (typeof object !== 'object' || object === null) return false;
  const borne = new Map<string, unknown>(Object.entries(object));
  return members.some((member) => borne.get(member) !== undefined);
}
