import { html } from '../../responses/html.ts';
import { heading, name, nothing, pill, progress, sentence, time } from '../parts.ts';
import { counted, duration, number, percent, shortTool } from '../words.ts';
import type { FailureGroup } from '../../catalog/work/jobs.ts';
import type { Html } from '../../responses/html.ts';
import type { JobOverview } from '../../work/jobs/job-overview.ts';
import type { Section, Tone } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

const TONES: Readonly<Record<JobOverview['state'], Tone>> = {
  queued: 'quiet',
  running: 'busy',
  waiting: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
};

export function openJobs(jobs: readonly JobOverview[]): JobOverview[] {
  return jobs.filter(({ state }) => TONES[state] !== 'good' && state !== 'failed' && state !== 'cancelled');
}

/** Long work that goes on, with its rate and the time that is left, and what has ended lately. */
export function jobs(view: ConsoleView): Section {
  const open = openJobs(view.jobs);
  const ended = view.jobs.filter((job) => !open.includes(job));
  const content = html`${heading('Jobs', open.length > 0 ? pill(`${number(open.length)} under way`, 'busy') : undefined)}
  ${view.jobsTrouble !== undefined && html`<p class="trouble">${view.jobsTrouble}</p>`}
  ${open.map((job) => jobCard(job, view))} ${open.length === 0 && nothing('No job is under way.')}
  ${
    ended.length > 0 &&
    html`<details data-key="ended" ${open.length > 2 ? '' : 'open'}>
      <summary>Ended lately (${number(ended.length)})</summary>
      ${ended.map((job) => jobCard(job, view))}
    </details>`
  }`;
  return { id: 'jobs', content };
}

function jobCard(job: JobOverview, view: ConsoleView): Html {
  const { job_id: id, title, state, done, total, trouble, reason, failures = [] } = job;
  const isOpen = openJobs([job]).length > 0;
  return html`<article class="job">
    <div class="line">
      <h3>${name(title)}</h3>
      ${pill(state, TONES[state])}
    </div>
    ${isOpen && progress(done, total, `Progress of ${title}`)}
    <p class="facts">${progressWords(job)}</p>
    <p class="note">${whose(job, view)}</p>
    ${trouble !== undefined && isOpen && html`<p class="trouble">Held up: ${sentence(trouble)} It is tried again.</p>`}
    ${reason !== undefined && html`<p class="note">${sentence(reason)}</p>`}
    ${
      failures.length > 0 &&
      html`<ul class="failures">
        ${failures.slice(0, 3).map(failureLine)}
      </ul>`
    }
    ${isOpen && job.isOwn && cancelForm(id, view.formToken)}
  </article>`;
}

function progressWords({ done, total, counts, per_second: perSecond, left_s: left }: JobOverview): Html {
  const share = total !== undefined && total > 0 ? ` (${percent(done / total)})` : '';
  const facts = [
    total === undefined ? counted(done, 'item') : `${number(done)} of ${number(total)}${share}`,
    ...Object.entries(counts).map(([outcome, many]) => `${number(many)} ${outcome.replaceAll('_', ' ')}`),
    ...(perSecond === undefined ? [] : [`${perSecond} per second`]),
    ...(left === undefined ? [] : [`about ${duration(left)} left`]),
  ];
  return html`${facts.map((fact) => html`<span>${fact}</span>`)}`;
}

function whose(
  { principal, tool, project, batch, created_at: created, ended_at: ended }: JobOverview,
  { viewer }: ConsoleView,
): Html {
  return html`${viewer.seesAll === true && html`${name(principal)} &middot; `}${shortTool(tool)}${project !== undefined && html` &middot; ${name(project)}`}${batch !== undefined && html` / ${name(batch)}`}
  &middot; began
  ${time(Date.parse(created), 'minute')}${ended !== undefined && html`, ended ${time(Date.parse(ended), 'minute')}`}`;
}

function failureLine({ code, message, scale_says: says, count }: FailureGroup): Html {
  return html`<li>
    <strong>${number(count)} &times;</strong>
    <code>${code}</code> ${sentence(says ?? message)}
  </li>`;
}

/** Two steps, so that nothing is cancelled by a slip; they need no script. */
function cancelForm(id: string, token: string): Html {
  return html`<details class="cancel" data-key="cancel-${id}">
    <summary>Cancel&hellip;</summary>
    <form method="post" action="/console/jobs/${id}/cancel">
      <input type="hidden" name="token" value="${token}" />
      <p>It stops where it stands. What it has done stays done.</p>
      <button class="no">Cancel this job</button>
    </form>
  </details>`;
}
