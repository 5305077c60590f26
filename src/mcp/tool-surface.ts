import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { answerIn } from './answer-form.ts';
import { ask, canAsk, fallBack } from './asking.ts';
import { namesOf } from '../catalog/tool-names.ts';
import { nearestName } from '../catalog/nearest-name.ts';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Tool } from '../catalog/tool.ts';
import type { AnswerForm } from './answer-form.ts';
import type { Asking } from './asking.ts';
import type { Calls } from './call.ts';
import type { Surface } from './surface.ts';

/** Tools by name, or by the slug that prompts and policies were written for, in either case. */
export type ToolsByName = ReadonlyMap<string, Tool>;

export function toolsByName(catalog: readonly Tool[]): ToolsByName {
  return new Map(catalog.flatMap((tool) => namesOf(tool).map((name) => [name, tool] as const)));
}

export function toolSurface(
  list: Surface['tools']['list'],
  byName: ToolsByName,
  calls: Calls,
  {
    asking,
    form,
    legacyCapabilities,
  }: { asking: Asking; form: AnswerForm; legacyCapabilities: () => unknown },
): Surface['tools'] {
  return {
    list,
    async call(name, args, context) {
      const tool = byName.get(name);
      if (!tool) throw unknownTool(name, list);
      const result = await calls.call(tool, args, context);
      if (result.ok) return answerIn(form, result);
      const { error, question } = result;
      if (!question) return failure(error);
      const isAsked = !question.wasAnsweredByClient && canAsk(context, legacyCapabilities());
      if (isAsked) return ask(question, asking, context);
      return failure(await fallBack(error, question, asking));
    },
  };
}

/** Without structured content: clients of the 2025 revisions check it against the output schema even then. */
function failure(error: object): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify({ error }) }], isError: true };
}

function unknownTool(name: string, tools: readonly { name: string }[]): ProtocolError {
  const near = nearestName(
    name,
    tools.map((tool) => tool.name),
  );
  const hint = near ? ` Did you mean ${near}?` : ' Call tools/list for the names.';
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name.slice(0, 100)}.${hint}`);
}
