import { ApprovalPages } from '../access/consent/approval-page.ts';
import { openConsents } from '../access/consent/consents.ts';
import { openAsking } from '../mcp/asking.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';
import type { Settings } from '../config/settings.ts';
import type { ConfirmDeps } from '../invocation/confirm.ts';
import type { Asking } from '../mcp/asking.ts';

/** How persons are asked, and what their answers are held against. */
export interface OpenConsent {
  confirm: ConfirmDeps;
  asking: Asking;
  close(): Promise<void>;
}

/** @param isRemote whether the person may sit at another machine: then there is no page for them here */
export async function openConsent(
  settings: Settings,
  store: LimitStore,
  { isRemote }: { isRemote: boolean },
): Promise<OpenConsent> {
  const fallback = settings.confirm_fallback ?? (isRemote ? 'refuse' : 'approval');
  const pages = fallback === 'approval' ? new ApprovalPages(Date.now) : undefined;
  const { policy, rates, currency } = settings;
  return {
    confirm: {
      policy,
      rates,
      currency,
      consents: openConsents(store, Date.now),
      ...(pages && { approved: (binding) => pages.take(binding) }),
    },
    asking: openAsking(await store.sharedSecret(), pages && ((plan, seal) => pages.ask(plan, seal))),
    close: async () => pages?.close(),
  };
}
