import { planEffect, planPictures, planTable } from '../../access/consent/plan-html.ts';
import { html } from '../../responses/html.ts';
import { heading, name, nothing, pill, time } from '../parts.ts';
import { counted } from '../words.ts';
import type { Question } from '../../access/consent/questions.ts';
import type { Html } from '../../responses/html.ts';
import type { Section } from '../parts.ts';
import type { ConsoleView } from '../view.ts';

/** Questions that wait for the viewer, each with all that they need to know, and of others that there are some. */
export function approvals({ questions, othersAsked }: ConsoleView): Section {
  const others = Object.entries(othersAsked);
  const content = html`${heading('Approvals', questions.length > 0 ? pill(counted(questions.length, 'question'), 'warn') : undefined)}
    <div class="questions">${questions.map(questionCard)}</div>
    ${questions.length === 0 && nothing('Nothing waits for your yes.')}
    ${
      others.length > 0 &&
      html`<p class="note">
        Waiting for others, who alone can answer:
        ${others.map(([principal, many], index) => html`${index > 0 && ', '}${name(principal)} (${many})`)}.
      </p>`
    }`;
  return { id: 'approvals', content };
}

function questionCard({ id, token, plan, expiresAt }: Question): Html {
  const pictures = planPictures(plan, (index) => `/console/approvals/${id}/${index}`);
  return html`<article class="question" id="approval-${id}">
    <h3>Allow this at Scale AI?</h3>
    ${planTable(plan)}
    ${
      pictures.length > 0 &&
      html`<p class="pictures">
        ${pictures.map(({ from, url, isHere }) =>
          isHere
            ? html`<a href="${url}" target="_blank" rel="noreferrer"
                ><img src="${url}" alt="${from}" loading="lazy"
              /></a>`
            : html`<a href="${url}" target="_blank" rel="noopener noreferrer">${from}</a>`,
        )}
      </p>`
    }
    ${planEffect(plan)}
    <form method="post" action="/console/approvals/${id}">
      <input type="hidden" name="token" value="${token}" />
      <button class="yes" name="answer" value="yes">Allow</button>
      <button name="answer" value="no">Refuse</button>
      <span class="note">until ${time(expiresAt, 'minute')}</span>
    </form>
  </article>`;
}
