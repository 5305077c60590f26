import { html } from '../responses/html.ts';
import { approvals } from './sections/approvals.ts';
import { batches } from './sections/batches.ts';
import { calls } from './sections/calls.ts';
import { failures } from './sections/failures.ts';
import { jobs } from './sections/jobs.ts';
import { limits } from './sections/limits.ts';
import { overview } from './sections/overview.ts';
import { spend } from './sections/spend.ts';
import { pill } from './parts.ts';
import type { Html } from '../responses/html.ts';
import type { Assets } from './assets.ts';
import type { Section } from './parts.ts';
import type { ConsoleView } from './view.ts';

/** What a form that was sent has led to; the address of the page names it. */
const SAID = {
  allowed: 'Allowed. The same call goes through when your assistant makes it again.',
  refused: 'Refused. Nothing will be sent.',
  carried_out: 'Allowed, and carried out.',
  cancelled: 'The job is cancelled; what it had started is finished.',
  asked: 'The policy of this server asks you first: see Approvals.',
  had_ended: 'Nothing was stopped: the job had ended already.',
  not_cancelled: 'Nothing was cancelled. The last call in the list of calls says why.',
  gone: 'That question is answered already, or has expired.',
  wrong_token: 'This token is not valid here.',
  too_many: 'Too many attempts. Wait a minute, and try again.',
  too_long: 'This token is too long to be kept in a cookie. Use a shorter one.',
  signed_out: 'You are signed out.',
} as const;

export type Said = keyof typeof SAID;

export function isSaid(word: unknown): word is Said {
  return typeof word === 'string' && Object.hasOwn(SAID, word);
}

/** Every part of the page that changes, in the order in which it stands there. */
export function sectionsOf(view: ConsoleView): Section[] {
  return [overview, approvals, jobs, batches, spend, failures, calls, limits].map((section) => section(view));
}

const MODE_PILLS = {
  live: pill('live data', 'bad'),
  test: pill('test data', 'quiet'),
  sandbox: pill('sandbox', 'good'),
} as const;

/** The whole page. It can be read without its script, and then shows how things stood when it was loaded. */
export function consolePage(view: ConsoleView, assets: Assets, said: Said | undefined): string {
  const { viewer, isSignedIn, formToken } = view;
  return documentOf(
    assets,
    html`<header class="top">
        <h1>Scale AI MCP <span>console</span></h1>
        <p>
          ${viewer.mode ? MODE_PILLS[viewer.mode] : pill('no key', 'warn')}${viewer.projects && html` <span class="note">${viewer.projects.words}</span>`}
        </p>
        <p id="live" role="status">
          <noscript>as of ${new Date(view.now).toISOString().slice(11, 19)} UTC; reload for more</noscript>
        </p>
        ${
          isSignedIn &&
          html`<form method="post" action="/console/sign-out">
            <input type="hidden" name="token" value="${formToken}" /><span class="who"
              >${viewer.principal}</span
            >
            <button>Sign out</button>
          </form>`
        }
      </header>
      ${said && notice(said)}
      <main>
        ${sectionsOf(view).map(({ id, content }) => html`<section id="${id}">${content}</section>`)}
      </main>`,
    { hasScript: true },
  );
}

export function signInPage(assets: Assets, said: Said | undefined): string {
  return documentOf(
    assets,
    html`<main class="sign-in">
      <h1>Scale AI MCP <span>console</span></h1>
      ${said && notice(said)}
      <form method="post" action="/console/sign-in">
        <label for="token">Your token for this server</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          required
          autofocus
        />
        <button class="yes">Sign in</button>
      </form>
      <p class="note">
        The token that your assistant uses, from whoever runs this server. The page shows what it may see.
      </p>
    </main>`,
    { hasScript: false },
  );
}

/** For what cannot be answered otherwise. */
export function wordsPage(assets: Assets, words: string): string {
  return documentOf(
    assets,
    html`<main class="sign-in">
      <p>${words}</p>
      <p><a href="/console">To the console</a></p>
    </main>`,
    { hasScript: false },
  );
}

function notice(said: Said): Html {
  return html`<p class="said" role="status">${SAID[said]}</p>`;
}

function documentOf({ style, script }: Assets, body: Html, { hasScript }: { hasScript: boolean }): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, viewport-fit=cover"><title>Console</title>
<link rel="icon" href="data:,"><style>${style}</style></head>
<body>${body.text}
${hasScript ? `<script>${script}</script>` : ''}</body></html>`;
}
