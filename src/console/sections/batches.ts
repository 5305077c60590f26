import { html } from '../../responses/html.ts';
import { heading, name, nothing, pill, time } from '../parts.ts';
import { number, percent } from '../words.ts';
import type { Html } from '../../responses/html.ts';
import type { Section, Tone } from '../parts.ts';
import type { BatchLine, ConsoleView } from '../view.ts';

/** Batches that are seen at once; the rest is a click away. */
const IN_SIGHT = 6;

const TONES: Readonly<Record<string, Tone>> = { staging: 'quiet', in_progress: 'busy', completed: 'good' };

/** Batches at Scale, the newest first, with their tasks by status. */
export function batches({ batches: seen }: ConsoleView): Section {
  const { readAt, batches: all, total, trouble } = seen;
  const content = html`${heading('Batches', readAt === undefined ? undefined : html`<span class="note">asked ${time(readAt)}</span>`)}
  ${trouble !== undefined && html`<p class="trouble">${trouble}</p>`} ${all.slice(0, IN_SIGHT).map(batchCard)}
  ${
    all.length > IN_SIGHT &&
    html`<details data-key="more">
      <summary>${number(all.length - IN_SIGHT)} more</summary>
      ${all.slice(IN_SIGHT).map(batchCard)}
    </details>`
  }
  ${all.length === 0 && trouble === undefined && nothing(readAt === undefined ? 'Scale is being asked…' : 'There is no batch.')}
  ${total !== undefined && total > all.length && html`<p class="note">The newest ${number(all.length)} of ${number(total)}.</p>`}`;
  return { id: 'batches', content };
}

function batchCard({ name: batch, project, status, created_at: created, counts }: BatchLine): Html {
  return html`<article class="batch">
    <div class="line">
      <h3>${name(batch)}</h3>
      ${status !== undefined && pill(status.replaceAll('_', ' '), TONES[status] ?? 'quiet')}
    </div>
    ${counts && progressOf(batch, counts)}
    <p class="facts">
      ${counts && factsOf(counts).map((fact) => html`<span>${fact}</span>`)}
      <span class="note">
        ${project !== undefined && name(project)}${created !== undefined && Number.isFinite(Date.parse(created)) && html` &middot; created ${time(Date.parse(created), 'day')}`}</span
      >
    </p>
  </article>`;
}

/** One bar of four colours; the same stands in words below it. */
function progressOf(batch: string, counts: NonNullable<BatchLine['counts']>): Html {
  const { completed, error, canceled, pending } = counts;
  const total = completed + error + canceled + pending;
  const parts = [
    { tone: 'good', many: completed },
    { tone: 'bad', many: error },
    { tone: 'faint', many: canceled },
  ];
  let x = 0;
  const rects = parts.map(({ tone, many }) => {
    const width = total === 0 ? 0 : Math.round((many / total) * 10_000) / 100;
    const at = Math.round(x * 100) / 100;
    x += width;
    return html`<rect class="${tone}" x="${at}%" width="${width}%" height="100%" />`;
  });
  return html`<svg class="meter" role="img" aria-label="Tasks of ${batch}: ${factsOf(counts).join(', ')}">
    ${rects}
  </svg>`;
}

function factsOf({ completed, error, canceled, pending }: NonNullable<BatchLine['counts']>): string[] {
  const total = completed + error + canceled + pending;
  if (total === 0) return ['no tasks yet'];
  return [
    `${number(completed)} of ${number(total)} (${percent(completed / total)})`,
    ...(pending > 0 ? [`${number(pending)} pending`] : []),
    ...(error > 0 ? [`${number(error)} failed`] : []),
    ...(canceled > 0 ? [`${number(canceled)} canceled`] : []),
  ];
}
