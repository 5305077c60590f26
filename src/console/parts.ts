import { html } from '../responses/html.ts';
import { oneLine } from '../responses/quoted-name.ts';
import type { Html } from '../responses/html.ts';

/** A section as it stands in the page; what is inside is sent again when it changes. */
export interface Section {
  id: string;
  content: Html;
}

/** Characters of a name, and of a sentence, that others chose. */
const MAX_NAME = 60;
const MAX_SENTENCE = 300;

/** A name that others chose, on one line, cut where it is long; what is not seen is made visible. */
export function name(text: string): Html {
  return shortened(text, MAX_NAME);
}

/** A message that may hold what others wrote; likewise. */
export function sentence(text: string): Html {
  return shortened(text, MAX_SENTENCE);
}

function shortened(text: string, most: number): Html {
  const line = oneLine(text);
  return line.length > most
    ? html`<span dir="auto" title="${line}">${line.slice(0, most)}&hellip;</span>`
    : html`<span dir="auto">${line}</span>`;
}

/** A time of day, in UTC; the script of the page says it in the time of the browser. */
export function time(ms: number, form: 'time' | 'minute' | 'day' = 'time'): Html {
  const iso = new Date(ms).toISOString();
  const shown = form === 'day' ? iso.slice(0, 10) : `${iso.slice(11, form === 'time' ? 19 : 16)} UTC`;
  return html`<time datetime="${iso}" data-form="${form}">${shown}</time>`;
}

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

export function pill(text: string, tone: Tone): Html {
  return html`<span class="pill ${tone}">${text}</span>`;
}

/** How far something is; of what has no end only that it goes on. */
export function progress(done: number, total: number | undefined, label: string): Html {
  return total === undefined
    ? html`<progress aria-label="${label}"></progress>`
    : html`<progress
        max="${Math.max(total, 1)}"
        value="${Math.min(done, total)}"
        aria-label="${label}"
      ></progress>`;
}

/** What a section says where it has nothing to show. */
export function nothing(text: string): Html {
  return html`<p class="nothing">${text}</p>`;
}

export function heading(title: string, beside?: Html): Html {
  return html`<header>
    <h2>${title}</h2>
    ${beside}
  </header>`;
}
