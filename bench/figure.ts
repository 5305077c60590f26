import { z } from 'zod';

const Goal = z.object({ atMost: z.number().optional(), atLeast: z.number().optional() });

/** One measured figure, with its ratio to a baseline of the same run. A goal is for the ratio, or for the value where there is none. */
const Figure = z.object({
  row: z.int(),
  what: z.string(),
  value: z.number(),
  unit: z.string(),
  baseline: z.object({ what: z.string(), value: z.number() }).optional(),
  ratio: z.number().optional(),
  goal: Goal.optional(),
});

export type Figure = z.output<typeof Figure>;

/** What bench/results.json holds. */
export const Results = z.object({
  machine: z.object({ cpu: z.string().optional(), cores: z.int(), node: z.string() }),
  figures: z.array(Figure),
});

/** With the ratio to its baseline. */
export function figure({ baseline, ...rest }: Omit<Figure, 'ratio'>): Figure {
  return baseline ? { ...rest, baseline, ratio: rest.value / baseline.value } : rest;
}

/** Undefined where no goal was set. */
export function isMet({ value, ratio, goal }: Figure): boolean | undefined {
  if (!goal) return undefined;
  const judged = ratio ?? value;
  return judged <= (goal.atMost ?? Infinity) && judged >= (goal.atLeast ?? -Infinity);
}

/** As `≤ 0.6`; empty where no goal was set. */
export function goalOf({ goal }: Figure): string {
  if (!goal) return '';
  return goal.atMost === undefined ? `≥ ${goal.atLeast ?? ''}` : `≤ ${goal.atMost}`;
}

/** Three digits, as many as mean something. */
export function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

/** By how much a ratio is worse than it was: 0.1 is 10 %. Negative when it is better. */
export function regression(now: Figure, before: Figure): number {
  if (now.ratio === undefined || before.ratio === undefined) return 0;
  const worse = now.goal?.atLeast === undefined ? now.ratio / before.ratio : before.ratio / now.ratio;
  return worse - 1;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param share 0 … 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
