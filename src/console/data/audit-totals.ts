import { CONSOLE_CLIENT } from '../client-name.ts';
import { RecentCalls } from './recent-calls.ts';
import { maySee } from './sight.ts';
import { Tally } from './tally.ts';
import type { AuditLine } from './audit-line.ts';
import type { Viewer } from './sight.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The day of UTC, counted since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** A call that waits for a person, or to which one has said no, has not failed. */
const NO_FAILURES: ReadonlySet<string> = new Set(['ok', 'confirmation_required', 'declined']);

export function isFailure(result: string): boolean {
  return !NO_FAILURES.has(result);
}

/** How far back is looked, today included. */
export const DAYS = 7;
const HOURS = 24;

/** Names in a span: principals by projects, tools and results. A day of a busy server has some hundreds. */
const MAX_NAMES = 20_000;

/** What of the audit a viewer is shown; days are those of UTC. */
export interface AuditView {
  /** The last hours, the oldest first. */
  hours: { hour: number; ok: number; failed: number }[];
  /** The last days, the oldest first. */
  days: { day: number; calls: number; failed: number }[];
  /** Today, the one with most calls first. */
  callers: { principal: string; calls: number; failed: number; tools: { tool: string; calls: number }[] }[];
  /** Of all the days, the most frequent first. */
  failures: { code: string; count: number; today: number; tools: string[] }[];
  /** Tasks that were created, by day and type. */
  created: { day: number; principal: string; type: string | undefined; tasks: number }[];
  /** The newest first. */
  recent: AuditLine[];
  /** Records that had no place. */
  left: number;
}

/**
 * Adds up the records of calls and answers, so that a page needs no file. What the console reads for itself is not
 * counted, and neither are steps of jobs but for what they create.
 */
export class AuditTotals {
  readonly #hours = new Tally<{ principal: string; project: string | undefined; failed: string }>({
    spanMs: HOUR_MS,
    spans: HOURS + 1,
    maxNames: MAX_NAMES,
  });
  readonly #days = new Tally<{
    principal: string;
    project: string | undefined;
    tool: string;
    result: string;
  }>({ spanMs: DAY_MS, spans: DAYS, maxNames: MAX_NAMES });
  readonly #created = new Tally<{
    principal: string;
    project: string | undefined;
    mode: string | undefined;
    type: string | undefined;
  }>({ spanMs: DAY_MS, spans: DAYS, maxNames: MAX_NAMES });
  readonly #recent = new RecentCalls();

  add(line: AuditLine): void {
    const { time, principal, project, tool, result = 'unknown' } = line;
    if (line.type === 'answer') return this.#recent.add(line);
    const isCreation = line.effect === 'create' && line.outcome === 'done' && isTaskCreator(line);
    if (isCreation) this.#created.add(time, { principal, project, mode: line.mode, type: line.task_type });
    const isOwnReading = line.effect === 'read' && line.client === CONSOLE_CLIENT;
    if (line.job !== undefined || isOwnReading) return;
    this.#hours.add(time, { principal, project, failed: String(isFailure(result)) });
    this.#days.add(time, { principal, project, tool, result });
    this.#recent.add(line);
  }

  /** @param mode of the data that the console is about; money is counted for no other */
  view(viewer: Viewer, now: number): AuditView {
    const today = dayOf(now);
    const seen = <T extends { names: { principal: string; project: string | undefined } }>(
      all: readonly T[],
    ): T[] => all.filter(({ names }) => maySee(viewer, names));
    const days = seen(this.#days.since(today - DAYS + 1));
    return {
      hours: hoursOf(seen(this.#hours.since(Math.floor(now / HOUR_MS) - HOURS + 1)), now),
      days: span(today, DAYS).map((day) => {
        const ofDay = days.filter((one) => one.span === day);
        return { day, calls: sum(ofDay), failed: sum(ofDay.filter(({ names }) => isFailure(names.result))) };
      }),
      callers: callersOf(days.filter((one) => one.span === today)),
      failures: failuresOf(days, today),
      created: seen(this.#created.since(today - DAYS + 1))
        .filter(({ names }) => names.mode === viewer.mode)
        .map(({ span: day, names, count }) => ({
          day,
          principal: names.principal,
          type: names.type,
          tasks: count,
        })),
      recent: this.#recent.of(viewer),
      left: this.#days.left + this.#created.left,
    };
  }
}

function hoursOf(
  all: readonly { span: number; names: { failed: string }; count: number }[],
  now: number,
): AuditView['hours'] {
  return span(Math.floor(now / HOUR_MS), HOURS).map((hour) => {
    const ofHour = all.filter((one) => one.span === hour);
    const failed = sum(ofHour.filter(({ names }) => names.failed === 'true'));
    return { hour, ok: sum(ofHour) - failed, failed };
  });
}

function failuresOf(
  days: readonly { span: number; names: { tool: string; result: string }; count: number }[],
  today: number,
): AuditView['failures'] {
  const failed = days.filter(({ names }) => isFailure(names.result));
  return [...groupBy(failed, ({ names }) => names.result)]
    .map(([code, all]) => ({
      code,
      count: sum(all),
      today: sum(all.filter((one) => one.span === today)),
      tools: [...groupBy(all, ({ names }) => names.tool)]
        .sort(([, a], [, b]) => sum(b) - sum(a))
        .map(([tool]) => tool),
    }))
    .sort((a, b) => b.count - a.count);
}

/** Plans are counted by their steps. */
function isTaskCreator({ tool, task_type: type }: AuditLine): boolean {
  return type !== undefined || /^scale_ai_create_.*task/.test(tool);
}

function callersOf(
  days: readonly { names: { principal: string; tool: string; result: string }; count: number }[],
): AuditView['callers'] {
  return [...groupBy(days, ({ names }) => names.principal)]
    .map(([principal, all]) => ({
      principal,
      calls: sum(all),
      failed: sum(all.filter(({ names }) => isFailure(names.result))),
      tools: [...groupBy(all, ({ names }) => names.tool)]
        .map(([tool, ones]) => ({ tool, calls: sum(ones) }))
        .sort((a, b) => b.calls - a.calls),
    }))
    .sort((a, b) => b.calls - a.calls);
}

function span(last: number, length: number): number[] {
  return Array.from({ length }, (_, index) => last - length + 1 + index);
}

function sum(all: readonly { count: number }[]): number {
  return all.reduce((total, { count }) => total + count, 0);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
