import { BUDGET, fitToBudget } from '../responses/budget.ts';
import { compact, isRecord } from '../responses/compact.ts';
import { fenceJson } from '../responses/fence-json.ts';
import { createFence } from '../responses/untrusted.ts';
import type { Caller } from '../access/caller.ts';
import type { PreparedCall, Shaping, Tool } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';

const MAX_NEXT_STEPS = 3;

/**
 * Turns Scale's JSON into the answer: the declaration's summary, then the data, what was coerced, and next
 * steps that this caller can take; cut to the size budget. It always conforms to the tool's output schema.
 */
export function shape(
  tool: Tool,
  call: PreparedCall,
  response: unknown,
  context: { mode: Mode; caller: Caller; coerced: readonly string[] },
): Record<string, unknown> {
  const fence = createFence();
  const shaping: Shaping = {
    ...fence,
    mode: context.mode,
    fenceJson: (value, vocabulary) => fenceJson(value, fence, vocabulary),
  };
  const { summary, next_steps: steps, ...data } = call.summarize(response, shaping);
  const output = {
    summary,
    mode: context.mode,
    ...compact(data),
    ...(context.coerced.length > 0 && { coerced: context.coerced }),
    ...nextSteps(steps, context.caller),
  };
  return conform(tool, fitToBudget(output, BUDGET[call.detail]));
}

function nextSteps(steps: unknown, caller: Caller): { next_steps?: unknown[] } {
  if (!Array.isArray(steps)) return {};
  const usable = steps.filter((step) => isRecord(step) && caller.selection.has(String(step['tool'])));
  return usable.length > 0 ? { next_steps: usable.slice(0, MAX_NEXT_STEPS) } : {};
}

/**
 * Drops members that break the output schema. Hosts refuse a whole result over one odd field, and a paid
 * creation that succeeded must be reported as success.
 */
function conform(tool: Tool, output: Record<string, unknown>): Record<string, unknown> {
  const checked = tool.output.safeParse(output);
  if (checked.success) return output;
  const odd = new Set(checked.error.issues.map((issue) => String(issue.path[0])));
  return Object.fromEntries(Object.entries(output).filter(([key]) => !odd.has(key)));
}
