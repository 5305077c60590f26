import { ApprovalPages } from '../access/consent/approval-page.ts';
import { Questions } from '../access/consent/questions.ts';
import { openConsents } from '../access/consent/consents.ts';
import { approvalsHandOver } from './hand-over-approvals.ts';
import { openAsking } from '../mcp/asking.ts';
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
  return {
    confirm: {
      policy,
      rates,
      currency,
      consents: openConsents(store, Date.now),
      ...((pages ?? settings.console) && { approved: (binding) => questions.take(binding) }),
    },
    questions,
    asking: openAsking(await store.sharedSecret(), pages && ((plan, seal) => pages.ask(plan, seal))),
    async resume() {
      if (await state.isThere()) await pages?.resume();
    },
    close: async () => pages?.close(),
  };
}
