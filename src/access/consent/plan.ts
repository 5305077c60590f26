import type { Consequence, Effect, Mode } from '../../catalog/vocabulary.ts';

/** What a person is asked to agree to. Made anew for each call; a consent to another plan counts for nothing. */
export interface Plan {
  /** The operation in words. */
  operation: string;
  tool: string;
  project?: string;
  batch?: string;
  /** How many tasks it is about. */
  tasks?: number;
  /** From the operator's rate per task; in the operator's currency. */
  estimated_cost?: string;
  /** What else there is to know, name by name. */
  details?: Readonly<Record<string, string>>;
  /** How things stood when it was made; a consent holds also when they have changed. */
  present?: Readonly<Record<string, string>>;
  mode: Mode;
  effect: Effect;
  consequences: readonly Consequence[];
  /** What the consent allows, in a sentence. */
  allows: string;
}

const CONSEQUENCE_WORDS: Readonly<Record<Consequence, string>> = {
  billable: 'it can be charged',
  emails: 'e-mail is sent',
  irreversible: 'it cannot be undone',
  replaces: 'what is there is replaced',
  grants_access: 'people get access',
};

/** The plan as lines for a person to read. */
export function planLines(plan: Plan): string[] {
  const facts: [string, string | undefined][] = [
    ['What', `${plan.operation} (${plan.tool})`],
    ['Project', plan.project],
    ['Batch', plan.batch],
    ...Object.entries(plan.details ?? {}),
    ...Object.entries(plan.present ?? {}),
    ['Tasks', plan.tasks?.toString()],
    ['Estimated cost', plan.estimated_cost],
    ['Data', plan.mode],
    ['Follows', plan.consequences.map((word) => CONSEQUENCE_WORDS[word]).join('; ') || undefined],
    ['You allow', plan.allows],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
}
