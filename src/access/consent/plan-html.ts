import path from 'node:path';
import { html } from '../../responses/html.ts';
import { urlFault } from '../outside-urls.ts';
import { planLines } from './plan.ts';
import type { Html } from '../../responses/html.ts';
import type { Plan } from './plan.ts';

const NOWHERE: ReadonlySet<string> = new Set();

/** The lines of a plan as a table. */
export function planTable(plan: Plan): Html {
  const rows = planLines(plan).map((line) => {
    const at = line.indexOf(': ');
    return html`<tr>
      <th>${line.slice(0, at)}</th>
      <td>${line.slice(at + 2)}</td>
    </tr>`;
  });
  return html`<table>
    ${rows}
  </table>`;
}

/** What happens at either button. */
export function planEffect(plan: Plan): Html {
  return html`<p>
    Allow: ${plan.allows}. Refuse: nothing is sent, and your assistant is told that you said no.
  </p>`;
}

export interface PlanPicture {
  /** As it was given. */
  from: string;
  /** Where a browser finds it. */
  url: string;
  /** Whether it is a file of this machine. */
  isHere: boolean;
}

/**
 * The pictures that a browser may show with a plan: files of this machine, and pictures of the public web.
 *
 * @param addressOf where the file with that number is served
 */
export function planPictures(plan: Plan, addressOf: (index: number) => string): PlanPicture[] {
  return (plan.attachments ?? []).flatMap((from, index) => {
    const isHere = path.isAbsolute(from);
    return isHere || isShown(from) ? [{ from, url: isHere ? addressOf(index) : from, isHere }] : [];
  });
}

/** Pictures of the web only: the browser would fetch from this machine's own network as well. */
function isShown(attachment: string): boolean {
  if (!/^https?:\/\//i.test(attachment) || urlFault(attachment, NOWHERE) !== undefined) return false;
  return /^[\w.-]+(:\d+)?$/.test(new URL(attachment).host); // it stands in the policy of the page
}
