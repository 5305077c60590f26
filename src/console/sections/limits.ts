import { html } from '../../responses/html.ts';
import { heading, nothing } from '../parts.ts';
import { duration, number } from '../words.ts';
import type { Html } from '../../responses/html.ts';
import type { LimitLeft } from '../../access/limits/call-limits.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

/** What the viewer may still do before a limit is reached. */
export function limits({ limits: all, viewer }: ConsoleView): Section {
  const content = html`${heading('Your limits', html`<span class="note">as ${viewer.principal}</span>`)}
  ${
    all.length === 0
      ? nothing('Limits cannot be read at present.')
      : html`<ul class="limits">
          ${all.map(limitLine)}
        </ul>`
  }`;
  return { id: 'limits', content };
}

function limitLine({ limit, allowed, left, frees_in_s: frees }: LimitLeft): Html {
  const used = Math.max(0, allowed - left);
  return html`<li>
    <span>${limit}</span>
    <meter
      min="0"
      max="${Math.max(allowed, 1)}"
      high="${allowed * 0.8}"
      value="${used}"
      aria-label="${limit}"
    ></meter>
    <span class="note"
      >${number(used)} of
      ${number(allowed)}${frees !== undefined && used > 0 && `, whole again in ${duration(frees)}`}</span
    >
  </li>`;
}
