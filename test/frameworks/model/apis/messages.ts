import { z } from 'zod';
import { resultOf } from '../exchange.ts';
import type { ModelApi } from '../exchange.ts';
import type { Answer, SentTool } from '../script.ts';

const Block = z.looseObject({ type: z.string(), content: z.unknown().optional() });
const Body = z.looseObject({
  model: z.string().default('stub'),
  stream: z.boolean().nullish(),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        input_schema: z.unknown().optional(),
      }),
    )
    .nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(Block)]) })),
});

let ids = 0;
const usage = { input_tokens: 1, output_tokens: 1 };

function blockOf(answer: Answer): Record<string, unknown> {
  ids += 1;
  if (answer.kind === 'say') return { type: 'text', text: answer.text };
  return { type: 'tool_use', id: `toolu_${ids}`, name: answer.tool.name, input: answer.args };
}

const reason = (answer: Answer): string => (answer.kind === 'say' ? 'end_turn' : 'tool_use');

function message(body: unknown, content: unknown[], stop: string | null): Record<string, unknown> {
  const { model } = Body.parse(body);
  return {
    id: `msg_${ids}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage,
  };
}

/** What is known by its whole name is taken by it; the rest is looked for by words. */
function queryFor(name: string): string {
  if (name.startsWith('mcp__')) return `select:${name}`;
  return name === '' ? 'scale' : name;
}

/** Claude Code names the tools of servers in a message, and sends their schemas when they are searched for. */
function namedIn(all: unknown, sent: readonly SentTool[]): SentTool[] {
  const names = new Set(JSON.stringify(all).match(/mcp__\w*?scale_ai_[a-z_]+/g));
  for (const { name } of sent) names.delete(name);
  return [...names].map((name) => ({ name, isDeferred: true }));
}

/** Anthropic's Messages. */
export const messages: ModelApi = {
  name: 'messages',
  serves: (path) => path === '/messages',
  read(body) {
    const { tools, messages: all, stream } = Body.parse(body);
    const blocks = all.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
    const sent = (tools ?? []).map(({ name, description, input_schema: schema }) => ({
      name,
      description: description ?? '',
      schema,
    }));
    const tool = sent.find(({ name }) => name === 'ToolSearch');
    return {
      tools: [...sent, ...(tool ? namedIn(all, sent) : [])],
      ...(tool && { search: { tool, argsFor: (name) => ({ query: queryFor(name), max_results: 5 }) } }),
      results: blocks
        .filter(({ type }) => type === 'tool_result')
        .map(({ content }) => resultOf(content ?? '')),
      isStreamed: stream === true,
    };
  },
  answer: (answer, body) => message(body, [blockOf(answer)], reason(answer)),
  events(answer, body) {
    const block = blockOf(answer);
    const [empty, delta] =
      answer.kind === 'say'
        ? [
            { type: 'text', text: '' },
            { type: 'text_delta', text: answer.text },
          ]
        : [
            { ...block, input: {} },
            { type: 'input_json_delta', partial_json: JSON.stringify(answer.args) },
          ];
    return [
      { type: 'message_start', message: message(body, [], null) },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: reason(answer), stop_sequence: null }, usage },
      { type: 'message_stop' },
    ].map((data) => ({ event: data.type, data }));
  },
};
