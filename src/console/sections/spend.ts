import { html } from '../../responses/html.ts';
import { DAY_MS, dayOf } from '../data/audit-totals.ts';
import { spendOf } from '../data/spend.ts';
import { heading, name, nothing } from '../parts.ts';
import { bars } from '../plots.ts';
import { counted, money, number, shortNumber } from '../words.ts';
import type { Html } from '../../responses/html.ts';
import type { Spend } from '../data/spend.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView, Money } from '../view.ts';

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']; // 1970 began on a Thursday

/** What created tasks cost by the operator's rates, by day, against the caps of a principal. */
export function spend(view: ConsoleView): Section {
  const { audit, money: caps, viewer, now } = view;
  const title = viewer.mode === 'sandbox' ? 'Spend, had it been live' : 'Spend';
  if (!audit)
    return {
      id: 'spend',
      content: html`${heading(title)}${nothing('The audit is off, so nothing is known of what was created.')}`,
    };
  const spent = spendOf(audit.created, caps, dayOf(now));
  const isPriced = Object.keys(caps.rates).length > 0;
  const content = html`${heading(title, html`<span class="note">days of UTC</span>`)}
    ${plot(spent, caps, isPriced)} ${todayTable(spent, caps, isPriced)}
    <p class="note">${notes(spent, caps, { isPriced, mode: viewer.mode })}</p>`;
  return { id: 'spend', content };
}

type Day = Spend['days'][number];

/** The cap is each principal's, so that the one who spent most stands apart from the others. */
function plot({ days }: Spend, caps: Money, isPriced: boolean): Html {
  const limit = isPriced ? caps.spendPerDay : undefined;
  const valueOf = (spent: Pick<Day, 'cost' | 'tasks'>): number => (isPriced ? spent.cost : spent.tasks);
  return bars({
    title: isPriced ? `Spend by day in ${caps.currency}` : 'Tasks created by day',
    bars: days.map((day) => ({
      label: WEEKDAYS[day.day % 7] ?? '',
      words: `${new Date(day.day * DAY_MS).toISOString().slice(0, 10)}: ${wordsOf(day, caps, isPriced)}`,
      parts: [
        { value: valueOf(day.highest), tone: 'main' },
        { value: valueOf(day) - valueOf(day.highest), tone: 'faint' },
      ],
    })),
    ...(limit !== undefined && { cap: { value: limit, label: `cap ${money(limit, caps.currency)}` } }),
    tick: shortNumber,
  });
}

function wordsOf({ cost, tasks, unpriced, highest }: Day, { currency }: Money, isPriced: boolean): string {
  const facts = [
    ...(isPriced ? [money(cost, currency)] : []),
    counted(tasks, 'task'),
    ...(isPriced && unpriced > 0 ? [`${number(unpriced)} without a rate`] : []),
    ...(isPriced && highest.cost < cost
      ? [`the highest of one principal ${money(highest.cost, currency)}`]
      : []),
  ];
  return facts.join(', ');
}

function todayTable({ today }: Spend, caps: Money, isPriced: boolean): Html {
  if (today.length === 0) return nothing('No task was created today.');
  return html`<table class="list">
    <thead>
      <tr>
        <th>Today</th>
        <th class="number">Tasks</th>
        ${isPriced && html`<th class="number">${caps.currency}</th>`}
        <th>Of the cap</th>
      </tr>
    </thead>
    <tbody>
      ${today.slice(0, 10).map(
        ({ principal, tasks, cost, unpriced }) =>
          html`<tr>
            <td>${name(principal)}</td>
            <td class="number">${number(tasks)}</td>
            ${isPriced && html`<td class="number">${money(cost, '').trim()}${unpriced > 0 && '+'}</td>`}
            <td>${capMeter(cost, caps, isPriced)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function capMeter(cost: number, { spendPerDay: cap, currency }: Money, isPriced: boolean): Html {
  if (!isPriced || cap === undefined) return html`<span class="note">no cap in money</span>`;
  return html`<meter min="0" max="${Math.max(cap, 0.01)}" high="${cap * 0.8}" value="${cost}"></meter>
    <span class="note">${money(cost, '').trim()} of ${money(cap, currency)}</span>`;
}

function notes(
  { withoutRate, days }: Spend,
  caps: Money,
  { isPriced, mode }: { isPriced: boolean; mode: string | undefined },
): string {
  return [
    mode === 'sandbox' ? 'The sandbox charges nothing.' : '',
    mode === 'test' ? 'Test data is not charged.' : '',
    isPriced
      ? 'Tasks that this server created, at the rates that are configured now; what Scale charges stands on its invoice.'
      : 'There are no rates in the configuration, so no sum can be told: tasks are counted.',
    isPriced && withoutRate.length > 0 ? `Without a rate, and in no sum: ${withoutRate.join(', ')}.` : '',
    days.some(({ highest, tasks }) => highest.tasks < tasks)
      ? 'Strong: the principal who spent most that day; pale: the others.'
      : '',
    caps.spendPerDay === undefined
      ? ''
      : 'The cap is that of each principal, over 24 hours from the first task.',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
