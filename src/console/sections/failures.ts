import { html } from '../../responses/html.ts';
import { heading, name, nothing, sentence } from '../parts.ts';
import { number, shortTool } from '../words.ts';
import type { Html } from '../../responses/html.ts';
import type { FailureGroup } from '../../catalog/work/jobs.ts';
import type { AuditView } from '../data/audit-totals.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

const MAX_CAUSES = 12;
const MAX_TOOLS = 3;

/** Calls that failed by their error code, and items of jobs by what is behind them. */
export function failures({ audit, jobs }: ConsoleView): Section {
  const ofJobs = jobs.flatMap(({ title, failures: groups = [] }) =>
    groups.map((group) => ({ title, group })),
  );
  const ofCalls = audit?.failures ?? [];
  const content = html`${heading('Failures by cause', html`<span class="note">seven days</span>`)}
  ${ofCalls.length > 0 && callsTable(ofCalls)}
  ${ofCalls.length === 0 && nothing(audit ? 'No call has failed.' : 'The audit is off: failures of calls are not known.')}
  ${
    ofJobs.length > 0 &&
    html`<h3>Items of jobs</h3>
      ${jobsTable(ofJobs)}`
  }`;
  return { id: 'failures', content };
}

function callsTable(all: AuditView['failures']): Html {
  const most = Math.max(...all.map(({ count }) => count));
  return html`<table class="list">
    <thead>
      <tr>
        <th>Calls</th>
        <th class="number">Today</th>
        <th class="number">All</th>
        <th><span class="unseen">Share</span></th>
        <th>Tools</th>
      </tr>
    </thead>
    <tbody>
      ${all.slice(0, MAX_CAUSES).map(
        ({ code, count, today, tools }) =>
          html`<tr>
            <td><code>${name(code)}</code></td>
            <td class="number">${number(today)}</td>
            <td class="number">${number(count)}</td>
            <td class="share">${share(count / most)}</td>
            <td class="note">
              ${tools.slice(0, MAX_TOOLS).map(shortTool).join(', ')}${tools.length > MAX_TOOLS && ` and ${tools.length - MAX_TOOLS} more`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function jobsTable(all: readonly { title: string; group: FailureGroup }[]): Html {
  const sorted = [...all].sort((a, b) => b.group.count - a.group.count).slice(0, MAX_CAUSES);
  return html`<table class="list">
    <thead>
      <tr>
        <th>Cause</th>
        <th class="number">Items</th>
        <th>Job</th>
      </tr>
    </thead>
    <tbody>
      ${sorted.map(
        ({ title, group: { code, message, scale_says: says, count } }) =>
          html`<tr>
            <td><code>${code}</code> ${sentence(says ?? message)}</td>
            <td class="number">${number(count)}</td>
            <td class="note">${name(title)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A bar beside a number, for the eye alone. */
function share(part: number): Html {
  return html`<svg class="meter thin" aria-hidden="true">
    <rect class="bad" width="${Math.round(part * 100)}%" height="100%" />
  </svg>`;
}
