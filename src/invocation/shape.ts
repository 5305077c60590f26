import { fitToBudget, limitFor } from '../responses/budget.ts';
import { formOf } from '../catalog/unread-answer.ts';
import { compact } from '../responses/compact.ts';
import { fenceJson } from '../responses/fence-json.ts';
import { createFence, isHarmless } from '../responses/untrusted.ts';
import type { Caller } from '../access/caller.ts';
import type { PreparedCall, Shaping, Summary, Tool } from '../catalog/tool.ts';
import type { NextStep } from '../catalog/next-step.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ResultLimit } from '../responses/budget.ts';

const MAX_NEXT_STEPS = 3;

/** Characters of JSON of an answer that is shown as it came. */
const UNREAD_LENGTH = 6_000;

/**
 * Turns Scale's JSON into the answer: the declaration's summary, then the data, what was coerced, and next
 * steps that this caller can take; cut to the size budget. It always conforms to the tool's output schema.
 */
export function shape(
  tool: Tool,
  call: PreparedCall,
  response: unknown,
  context: {
    mode: Mode;
    caller: Caller;
    coerced: readonly string[];
    unchecked: readonly string[];
    existed: boolean;
    /** What the client takes of a result, where that is less than others take. */
    resultLimit?: ResultLimit | undefined;
  },
): Record<string, unknown> {
  const fence = createFence();
  const shaping: Shaping = {
    ...fence,
    mode: context.mode,
    existed: context.existed,
    fenceJson: (value, vocabulary) => fenceJson(value, fence, vocabulary),
  };
  const { summary, next_steps: steps, ...data } = summarize(tool, call, response, shaping);
  const next = usableSteps(steps, context.caller);
  const output = {
    summary,
    mode: context.mode,
    ...(context.existed && { already_existed: true }),
    ...compact(data),
    ...(context.coerced.length > 0 && { coerced: context.coerced }),
    ...(context.unchecked.length > 0 && { unchecked: context.unchecked }),
    ...(next.length > 0 && { next_steps: next }),
  };
  const { size, ...how } = limitFor(call.detail, context.resultLimit);
  return conform(tool, fitToBudget(output, size, how));
}

/**
 * What Scale has done is done: an answer in another form than the tool reads is still a success. It is shown as it
 * came, and nothing is told of it.
 */
function summarize(tool: Tool, call: PreparedCall, response: unknown, shaping: Shaping): Summary {
  try {
    return call.summarize(response, shaping);
  } catch {
    const form = `in a form that this server does not read: ${formOf(response)}`;
    return {
      summary:
        tool.effect === 'read'
          ? `Scale answered ${form}. What there is, and how much of it, cannot be told from that; the answer stands under "answer" as it came.`
          : `Scale carried it out, and answered ${form}. What it made of it cannot be told from that; the answer stands under "answer" as it came.`,
      ...fitToBudget({ answer: shaping.fenceJson(response) }, UNREAD_LENGTH),
      next_steps: tool.effect === 'read' ? [] : call.recover('unknown'),
    };
  }
}

/** Next steps that this caller can take, without arguments that the server fills in. */
export function usableSteps(steps: readonly NextStep[] | undefined, caller: Caller): NextStep[] {
  return (steps ?? [])
    .flatMap(({ tool: name, arguments: args, why }) => {
      const tool = caller.selection.find(name);
      if (!tool || !Object.values(args).every(isHarmlessArgument)) return [];
      const kept = Object.entries(args).filter(([argument]) => !tool.filledIn.includes(argument));
      return [{ tool: name, arguments: Object.fromEntries(kept), why }];
    })
    .slice(0, MAX_NEXT_STEPS);
}

/** A name that Scale gave back is only suggested as an argument while it reads as a name. */
function isHarmlessArgument(value: unknown): boolean {
  return typeof value !== 'string' || isHarmless(value);
}

/**
 * Drops members that break the output schema. Hosts refuse a whole result over one odd field, and a paid
 * creation that succeeded must be reported as success.
 */
function conform(tool: Tool, output: Record<string, unknown>): Record<string, unknown> {
  const checked = tool.schemas().output.safeParse(output);
  if (checked.success) return output;
  const odd = new Set(checked.error.issues.map((issue) => String(issue.path[0])));
  return Object.fromEntries(Object.entries(output).filter(([key]) => !odd.has(key)));
}
