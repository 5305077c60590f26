import { ApprovalPages } from '../access/consent/approval-page.ts';
import { Questions } from '../access/consent/questions.ts';
import { openConsents } from '../access/consent/consents.ts';
import { approvalsHandOver } from './hand-over-approvals.ts';
import { openAsking } from '../mcp/asking.ts';
import { consoleUrl } from '../config/derived-settings.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';
import type { OpenState } from './open-state.ts';
import type { Settings } from '../config/settings.ts';
import type { ConfirmDeps } from '../invocation/consent.ts';
import type { Asking } from '../mcp/asking.ts';
import type { Answered } from '../access/consent/questions.ts';

/** How persons are asked, and what their answers are held against. */
export interface OpenConsent {
  confirm: ConfirmDeps;
  asking: Asking;
  /** Those that wait for a person, or for the call that they are about. */
  questions: Questions;
  /** Serves the questions that earlier processes left. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  store: LimitStore;
  state: OpenState;
  files: LocalFiles;
  /** Keeps what persons answer. */
  record: (answered: Answered) => void;
}

/** @param isRemote whether the person may sit at another machine: then there is no page for them here by default */
export async function openConsent(
  settings: Settings,
  { store, state, files, record }: Parts,
  { isRemote }: { isRemote: boolean },
): Promise<OpenConsent> {
  const fallback = settings.confirm_fallback ?? (isRemote ? 'refuse' : 'approval');
  const questions = new Questions(async () => (await state.kept.get()).database, Date.now, record);
  const handOver = isRemote || state.pool ? undefined : approvalsHandOver(settings);
  const pages =
    fallback === 'approval' ? new ApprovalPages(settings.state_dir, questions, files, handOver) : undefined;
  const { policy, rates, currency } = settings;
  const page: Asking['page'] | undefined =
    fallback === 'console'
      ? linksToConsole(settings, questions)
      : pages && ((...asked) => pages.ask(...asked));
  return {
    confirm: {
      policy,
      rates,
      currency,
      consents: openConsents(store, Date.now),
      ...((pages ?? settings.console) && { approved: (binding) => questions.take(binding) }),
    },
    questions,
    asking: openAsking(await store.sharedSecret(), page),
    async resume() {
      if (await state.isThere()) await pages?.resume();
    },
    close: async () => pages?.close(),
  };
}

/** The question stands on the console of whoever it is for; nobody else finds it there. */
function linksToConsole(settings: Settings, questions: Questions): Asking['page'] {
  return async (plan, seal) => {
    const { id, expiresAt } = await questions.open(plan, seal);
    return { url: `${consoleUrl(settings) ?? ''}#approval-${id}`, expiresAt };
  };
}
