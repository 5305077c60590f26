/** One measured figure. Ratios compare with a baseline of the same run; a goal is set for the ratio where there is one. */
export interface Figure {
  row: number;
  what: string;
  value: number;
  unit: string;
  baseline?: { what: string; value: number };
  ratio?: number;
  goal?: Goal;
}

interface Goal {
  atMost?: number;
  atLeast?: number;
}

interface Measured {
  row: number;
  what: string;
  value: number;
  unit: string;
  baseline?: { what: string; value: number };
  goal?: Goal;
}

export function figure({ baseline, ...rest }: Measured): Figure {
  return baseline ? { ...rest, baseline, ratio: rest.value / baseline.value } : rest;
}

/** Undefined where no goal was set. */
export function isMet({ value, ratio, goal }: Figure): boolean | undefined {
  if (!goal) return undefined;
  const judged = ratio ?? value;
  return judged <= (goal.atMost ?? Infinity) && judged >= (goal.atLeast ?? -Infinity);
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
