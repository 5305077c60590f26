import type { ConsentPolicy } from '../access/consent/consent-policy.ts';
import type { Consents, Seal } from '../access/consent/consents.ts';
import type { Plan } from '../access/consent/plan.ts';
import type { Caller } from '../access/caller.ts';

/** What a person said to a plan. The seal has been verified where it came in. */
export interface Consent {
  seal: Seal;
  answer: 'yes' | 'no' | 'dismissed';
}

/** A question for a person, and what the answer must come back with. */
export interface Question {
  plan: Plan;
  seal: Seal;
  /** Whether it was asked before, and no person saw it: asking again in the same way would be in vain. */
  wasAnsweredByClient: boolean;
}

export interface ConfirmDeps {
  policy: ConsentPolicy;
  consents: Consents;
  /** Cost of one task by its type, in the operator's currency. */
  rates: Readonly<Record<string, number>>;
  currency: string;
  /** What a person has said to exactly this outside the protocol; it counts once. */
  approved?: (binding: Pick<Seal, 'principal' | 'tool' | 'digest'>) => Promise<'yes' | 'no' | undefined>;
  /** Names the Scale key of a caller and says nothing of it: what is agreed to is done with this key. */
  keyOf?: (caller: Caller) => string | undefined;
}
