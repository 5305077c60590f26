import { html } from '../../responses/html.ts';
import { HOUR_MS, isFailure } from '../data/audit-totals.ts';
import { heading, name, nothing, pill, time } from '../parts.ts';
import { bars } from '../plots.ts';
import { counted, number, percent, shortNumber, shortTool } from '../words.ts';
import type { Html } from '../../responses/html.ts';
import type { AuditLine } from '../data/audit-line.ts';
import type { AuditView } from '../data/audit-totals.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

const MAX_CALLERS = 12;
const MAX_TOOLS = 3;

/** Who called what: by the hour, by principal, and the last calls one by one. */
export function calls({ audit, auditRead, viewer }: ConsoleView): Section {
  if (!audit) {
    return {
      id: 'calls',
      content: html`${heading('Calls')}${nothing('The audit is off (SCALE_MCP_AUDIT=off), so nothing is known of who called what.')}`,
    };
  }
  const content = html`${heading('Calls', auditRead < 1 ? pill(`reading the audit: ${percent(auditRead)}`, 'busy') : html`<span class="note">the last 24 hours</span>`)}
    <div class="halves">
      <div>${plot(audit.hours)} ${callersTable(audit.callers)}</div>
      <div>
        <h3>The last calls</h3>
        ${audit.recent.length === 0 ? nothing('Nobody has called yet.') : recentTable(audit.recent)}
      </div>
    </div>
    ${audit.left > 0 && html`<p class="note">${number(audit.left)} more are in no sum: there were too many different names.</p>`}
    <p class="note">
      ${viewer.seesAll === true ? 'Of all who call this server' : 'Your own calls'}, from its audit files;
      steps of jobs are counted with their job. Replicas with a state directory of their own have an audit of
      their own.
    </p>`;
  return { id: 'calls', content };
}

function plot(hours: AuditView['hours']): Html {
  const [calls, failed] = [
    hours.reduce((sum, { ok, failed }) => sum + ok + failed, 0),
    hours.reduce((sum, one) => sum + one.failed, 0),
  ];
  return bars({
    title: `Calls by hour: ${number(calls)} in 24 hours, ${number(failed)} of them failed`,
    bars: hours.map(({ hour, ok, failed }) => {
      const at = new Date(hour * HOUR_MS).toISOString();
      return {
        label: at.slice(11, 13),
        words: `${at.slice(11, 13)} to ${String((Number(at.slice(11, 13)) + 1) % 24).padStart(2, '0')} h UTC: ${counted(ok + failed, 'call')}, ${number(failed)} failed`,
        parts: [
          { value: ok, tone: 'main' },
          { value: failed, tone: 'bad' },
        ],
      };
    }),
    tick: shortNumber,
  });
}

function callersTable(callers: AuditView['callers']): Html {
  if (callers.length === 0) return html``;
  return html`<table class="list">
    <thead>
      <tr>
        <th>Today</th>
        <th class="number">Calls</th>
        <th class="number">Failed</th>
        <th>Mostly</th>
      </tr>
    </thead>
    <tbody>
      ${callers.slice(0, MAX_CALLERS).map(
        ({ principal, calls: many, failed, tools }) =>
          html`<tr>
            <td>${name(principal)}</td>
            <td class="number">${number(many)}</td>
            <td class="number">${number(failed)}</td>
            <td>
              ${tools
                .slice(0, MAX_TOOLS)
                .map(
                  ({ tool, calls: ones }, index) =>
                    html`${index > 0 && ', '}${shortTool(tool)} (${number(ones)})`,
                )}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function recentTable(recent: readonly AuditLine[]): Html {
  return html`<table class="list recent">
    <thead>
      <tr>
        <th>Time</th>
        <th>Who</th>
        <th>What</th>
        <th>Came of it</th>
        <th class="number">ms</th>
      </tr>
    </thead>
    <tbody>
      ${recent.map(
        (line) =>
          html`<tr>
            <td>${time(line.time)}</td>
            <td>
              ${name(line.principal)}${line.client !== undefined && html` <span class="note">${name(line.client)}</span>`}
            </td>
            <td>
              ${name(shortTool(line.tool))}${line.project !== undefined && html` <span class="note">${name(line.project)}</span>`}
            </td>
            <td>${whatCame(line)}</td>
            <td class="number">${line.duration_ms !== undefined && number(line.duration_ms)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function whatCame({ type, answer, result = 'unknown', outcome }: AuditLine): Html {
  if (type === 'answer')
    return answer === 'yes' ? pill('a person allowed it', 'good') : pill('a person refused it', 'quiet');
  if (result === 'ok') return pill(outcome === 'done' ? 'done' : 'ok', 'good');
  if (!isFailure(result))
    return pill(result === 'declined' ? 'a person said no' : 'a person is asked', 'quiet');
  return pill(result, outcome === 'unknown' ? 'warn' : 'bad');
}
