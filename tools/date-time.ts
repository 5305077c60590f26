import * as z from 'zod';

/** A date or date-time in ISO 8601, with or without a zone; Scale reads one without a zone as UTC. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Such as `2026-02-03` or `2026-02-03T10:15:00Z`. */
export const DateTime = z.string().refine((text) => ISO_8601.test(text) && isInCalendar(text), {
  error: 'must be a date or date-time in ISO 8601, such as 2026-02-03 or 2026-02-03T10:15:00Z',
});

/** JavaScript takes 2026-11-31 for the first of December: a person would be told of other days than were asked for. */
function isInCalendar(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return (
    !Number.isNaN(Date.parse(text)) &&
    !Number.isNaN(day.getTime()) &&
    day.toISOString().startsWith(text.slice(0, 10))
  );
}

/** Arguments that bound a time from below and from above. */
const RANGES = [
  ['start_time', 'end_time'],
  ['completed_after', 'completed_before'],
  ['updated_after', 'updated_before'],
] as const;

type Bounds = Readonly<Record<string, unknown>>;

/** Refuses times between which nothing can lie: an empty answer would read as if nothing had happened. */
export function refuseEmptyRange(input: Bounds, context: z.RefinementCtx): void {
  for (const [from, until] of RANGES) {
    const [first, last] = [input[from], input[until]];
    if (typeof first !== 'string' || typeof last !== 'string') continue;
    const length = momentOf(last) - momentOf(first);
    if (length > 0 || (length === 0 && !isDay(last))) continue;
    const why = length < 0 ? `is before ${from}` : 'is the first moment of the same day';
    context.addIssue({
      code: 'custom',
      path: [until],
      message: `${why}, so that nothing can match; for whole days name the day after the last one`,
      params: { allowed: `after ${first}` },
    });
  }
}

/** A day as the upper bound ends with its first moment, while people mean all of it; empty where there is none. */
export function untilWords(input: Bounds): string {
  return RANGES.flatMap(([, until]) => {
    const last = input[until];
    if (typeof last !== 'string' || !isDay(last)) return [];
    return ` ${until} ${last} is 00:00 UTC of that day: what came later on it is not included.`;
  }).join('');
}

function isDay(text: string): boolean {
  return text.length === 10;
}

/** Scale reads a time without a zone as UTC. */
function momentOf(text: string): number {
  return Date.parse(isDay(text) || /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) ? text : `${text}Z`);
}
