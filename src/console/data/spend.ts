import { DAYS } from './audit-totals.ts';
import type { Money } from '../view.ts';
import type { AuditView } from './audit-totals.ts';

interface Spent {
  /** By the operator's rates, in the operator's currency. */
  cost: number;
  tasks: number;
  /** Tasks of a type without a rate, or of an unknown type: they are in no sum. */
  unpriced: number;
}

export interface Spend {
  /** The oldest first; days since 1970. `highest`: of the principal who spent most on that day. */
  days: (Spent & { day: number; highest: Spent })[];
  /** Today, the one with the highest sum first. */
  today: (Spent & { principal: string })[];
  /** Types of tasks that have no rate. */
  withoutRate: string[];
}

/**
 * What creations cost by the rates that are configured now.
 *
 * @param today days since 1970
 */
export function spendOf(
  created: AuditView['created'],
  { rates }: Pick<Money, 'rates'>,
  today: number,
): Spend {
  const numbers = Array.from({ length: DAYS }, (_, index) => today - DAYS + 1 + index);
  const unpriced = created.filter(({ type }) => rateOf(type, rates) === undefined);
  const ofDay = (day: number): AuditView['created'] => created.filter((one) => one.day === day);
  return {
    days: numbers.map((day) => {
      const [highest = sumOf([], rates)] = byPrincipal(ofDay(day), rates);
      return { day, ...sumOf(ofDay(day), rates), highest };
    }),
    today: byPrincipal(ofDay(today), rates),
    withoutRate: [...new Set(unpriced.map(({ type }) => type ?? 'unknown'))],
  };
}

function byPrincipal(created: AuditView['created'], rates: Money['rates']): Spend['today'] {
  const principals = [...new Set(created.map(({ principal }) => principal))];
  return principals
    .map((principal) => ({
      principal,
      ...sumOf(
        created.filter((one) => one.principal === principal),
        rates,
      ),
    }))
    .sort((a, b) => b.cost - a.cost || b.tasks - a.tasks);
}

function sumOf(created: AuditView['created'], rates: Money['rates']): Spent {
  const spent: Spent = { cost: 0, tasks: 0, unpriced: 0 };
  for (const { type, tasks } of created) {
    const rate = rateOf(type, rates);
    spent.tasks += tasks;
    if (rate === undefined) spent.unpriced += tasks;
    else spent.cost += rate * tasks;
  }
  return spent;
}

function rateOf(type: string | undefined, rates: Money['rates']): number | undefined {
  return type === undefined ? undefined : rates[type];
}
