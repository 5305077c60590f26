import { oneLine, quotedName } from '../../responses/quoted-name.ts';
import type { Consequence, Effect, Mode } from '../../catalog/vocabulary.ts';

/** What a person is asked to agree to. Made anew for each call; a consent to another plan counts for nothing. */
export interface Plan {
  /** The operation in words. */
  operation: string;
  tool: string;
  project?: string;
  batch?: string;
  task?: string;
  /** How many tasks it is about. */
  tasks?: number;
  /** The operator's rate for one task, and its currency. */
  rate?: string;
  /** The first of what the tasks are about: URLs, or files of this machine. */
  attachments?: readonly string[];
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

const DATA_WORDS: Readonly<Record<Mode, string>> = {
  live: 'live: people work on it, and it costs money',
  test: 'test: nobody works on it, and nothing is charged',
  sandbox: 'sandbox: an emulator on this machine; nobody works on it, and nothing can be charged',
};

/** The plan as lines for a person to read. */
export function planLines(plan: Plan): string[] {
  const facts: [string, string | undefined][] = [
    ['What', `${plan.operation} (${plan.tool})`],
    ['Project', named(plan.project)],
    ['Batch', named(plan.batch)],
    ['Task', named(plan.task)],
    ...Object.entries(plan.details ?? {}),
    ...Object.entries(plan.present ?? {}),
    ['Tasks', plan.tasks?.toString()],
    ['Rate', plan.rate === undefined ? undefined : `${plan.rate} for a task`],
    ['Estimated cost', plan.estimated_cost],
    ['First attachments', plan.attachments?.map(quotedName).join(', ')],
    ['Data', DATA_WORDS[plan.mode]],
    ['Follows', followsFrom(plan)],
    ['You allow', plan.allows],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${oneLine(value)}`]));
}

function named(name: string | undefined): string | undefined {
  return name === undefined ? undefined : quotedName(name);
}

function followsFrom({ consequences, mode }: Plan): string | undefined {
  const words = consequences
    .filter((word) => mode === 'live' || word !== 'billable')
    .map((word) => CONSEQUENCE_WORDS[word]);
  return words.join('; ') || undefined;
}

/** The plan as a model reads it: every value that others chose on one line. */
export function shownPlan(plan: Plan): Plan {
  const shown = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, oneLine(value)]));
  return {
    ...plan,
    ...(plan.project !== undefined && { project: oneLine(plan.project) }),
    ...(plan.batch !== undefined && { batch: oneLine(plan.batch) }),
    ...(plan.task !== undefined && { task: oneLine(plan.task) }),
    ...(plan.attachments && { attachments: plan.attachments.map(oneLine) }),
    ...(plan.details && { details: shown(plan.details) }),
    ...(plan.present && { present: shown(plan.present) }),
  };
}
