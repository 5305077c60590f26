import type { ConsentPolicy } from './consent/consent-policy.ts';
import type { LimitLeft } from './limits/call-limits.ts';

/** What holds for a caller now. */
export interface AccountStatus {
  principal: string;
  role?: string;
  limits: readonly LimitLeft[];
  /** What is asked about, blocked or let through. */
  policy: ConsentPolicy;
  /** Of a task by type, in `currency`, as the operator configured them; Scale’s API tells no prices. */
  rates: Readonly<Record<string, number>> | 'none configured: what tasks cost is not known here';
  currency?: string;
  /** Whether tasks get a `unique_id` that follows from the request. */
  auto_unique_id: boolean;
}
