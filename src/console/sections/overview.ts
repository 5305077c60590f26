import { html } from '../../responses/html.ts';
import { counted, money, number, percent, shortNumber } from '../words.ts';
import { openJobs } from './jobs.ts';
import { dayOf } from '../data/audit-totals.ts';
import { spendOf } from '../data/spend.ts';
import type { Html } from '../../responses/html.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

/** The four numbers that are looked at first. */
export function overview(view: ConsoleView): Section {
  const waiting = view.questions.length;
  const content = html`<h2 class="unseen">At a glance</h2>
    <div class="tiles" data-waiting="${waiting}">
      ${tile('approvals', 'Approvals waiting', number(waiting), waiting > 0 ? 'a person must decide' : 'nobody is asked', waiting > 0 && 'warn')}
      ${jobsTile(view)} ${callsTile(view)} ${spendTile(view)}
    </div>`;
  return { id: 'overview', content };
}

function tile(to: string, label: string, value: string, beside: string, tone?: string | false): Html {
  return html`<a class="tile ${tone || ''}" href="#${to}"
    ><span class="label">${label}</span><strong>${value}</strong><span class="beside">${beside}</span></a
  >`;
}

function jobsTile({ jobs }: ConsoleView): Html {
  const open = openJobs(jobs);
  const rate = open.reduce(
    (sum, { per_second: perSecond = 0, state }) => sum + (state === 'running' ? perSecond : 0),
    0,
  );
  const troubled = open.filter(({ trouble, state }) => trouble !== undefined || state === 'waiting').length;
  const beside =
    troubled > 0
      ? `${counted(troubled, 'job')} held up`
      : rate > 0
        ? `${rate.toPrecision(3)} items per second`
        : 'nothing runs';
  return tile('jobs', 'Jobs under way', number(open.length), beside, troubled > 0 && 'warn');
}

function callsTile({ audit }: ConsoleView): Html {
  const today = audit?.days.at(-1);
  if (!today) return tile('calls', 'Calls today', '–', 'the audit is off');
  const share = today.calls === 0 ? 0 : today.failed / today.calls;
  const beside = today.failed === 0 ? 'none failed' : `${number(today.failed)} failed, ${percent(share)}`;
  return tile('calls', 'Calls today', shortNumber(today.calls), beside, share > 0.05 && 'bad');
}

function spendTile(view: ConsoleView): Html {
  const { audit, money: caps, viewer } = view;
  if (!audit) return tile('spend', 'Tasks created today', '–', 'the audit is off');
  const { days } = spendOf(audit.created, caps, dayOf(view.now));
  const today = days.at(-1);
  const tasks = today?.tasks ?? 0;
  const created = counted(tasks, 'task');
  if (Object.keys(caps.rates).length === 0)
    return tile('spend', 'Tasks created today', shortNumber(tasks), 'no rates, so no sums');
  const note = viewer.mode === 'sandbox' ? `${created}, nothing is charged` : created;
  const unknown = today && today.unpriced > 0 ? ', some without a rate' : '';
  return tile(
    'spend',
    viewer.mode === 'sandbox' ? 'Would cost today' : 'Spend today',
    money(today?.cost ?? 0, caps.currency),
    note + unknown,
  );
}
