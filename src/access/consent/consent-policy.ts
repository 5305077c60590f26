import * as z from 'zod';
import { CONSEQUENCES, EFFECTS } from '../../catalog/vocabulary.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Mode } from '../../catalog/vocabulary.ts';

const VERDICTS = ['allow', 'confirm', 'block'] as const;
type Verdict = (typeof VERDICTS)[number];

const verdict = (
  fallback: Verdict,
): z.ZodDefault<z.ZodEnum<{ allow: 'allow'; confirm: 'confirm'; block: 'block' }>> =>
  z.enum(VERDICTS).default(fallback);

/** What happens to a call, by what it does and by what follows from it; the strictest word decides. */
export const ConsentPolicy = z.strictObject({
  create: verdict('allow'),
  update: verdict('allow'),
  delete: verdict('allow'),
  billable: verdict('allow'),
  emails: verdict('allow'),
  irreversible: verdict('confirm'),
  replaces: verdict('allow'),
  grants_access: verdict('confirm'),
  /** Many tasks with one call: plans, repairs, whole batches. */
  bulk: verdict('confirm'),
  /** Creations that can be charged, by one principal in one project within ten minutes, before a person is asked. */
  creates_before_confirm: z.int().min(0).default(20),
});

export type ConsentPolicy = z.output<typeof ConsentPolicy>;

/** Nothing is asked and nothing blocked. */
export const ALLOW_EVERYTHING: ConsentPolicy = ConsentPolicy.parse({
  ...Object.fromEntries(
    [...EFFECTS, ...CONSEQUENCES, 'bulk'].filter((word) => word !== 'read').map((word) => [word, 'allow']),
  ),
  creates_before_confirm: Number.MAX_SAFE_INTEGER,
});

export interface Judgement {
  verdict: Verdict;
  /** The word of the policy that decided, such as `irreversible`. */
  because: string;
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { allow: 0, confirm: 1, block: 2 };

/** Test data costs nothing and reaches nobody: it is never asked about. The sandbox is treated as live data is. */
export function evaluatePolicy(policy: ConsentPolicy, tool: Tool, mode: Mode): Judgement {
  if (tool.effect === 'read' || mode === 'test') return { verdict: 'allow', because: tool.effect };
  const words = [tool.effect, ...tool.consequences, ...(tool.toolset === 'bulk' ? (['bulk'] as const) : [])];
  const verdicts = words.map((because) => ({ verdict: policy[because], because }));
  return verdicts.reduce((a, b) => (STRICTNESS[b.verdict] > STRICTNESS[a.verdict] ? b : a));
}
