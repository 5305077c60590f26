import { z } from 'zod';
import { resultOf } from '../exchange.ts';
import type { ModelApi } from '../exchange.ts';
import type { Answer, SentTool } from '../script.ts';

const Tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  description: z.string().nullish(),
  parameters: z.unknown().optional(),
  strict: z.boolean().nullish(),
  /** Those of a namespace. */
  get tools() {
    return z.array(Tool).optional();
  },
});

const Body = z.looseObject({
  model: z.string().default('stub'),
  stream: z.boolean().nullish(),
  tools: z.array(Tool).nullish(),
  input: z
    .union([
      z.string(),
      z.array(z.looseObject({ type: z.string().optional(), output: z.unknown().optional() })),
    ])
    .optional(),
});

let ids = 0;

function itemOf(answer: Answer): Record<string, unknown> & { id: string } {
  ids += 1;
  if (answer.kind === 'call') {
    const { name, namespace } = answer.tool;
    return {
      type: 'function_call',
      id: `fc_${ids}`,
      call_id: `call_${ids}`,
      name,
      ...(namespace !== undefined && { namespace }),
      arguments: JSON.stringify(answer.args),
      status: 'completed',
    };
  }
  const part = { type: 'output_text', text: answer.text, annotations: [] };
  return { type: 'message', id: `msg_${ids}`, role: 'assistant', status: 'completed', content: [part] };
}

function response(body: unknown, output: unknown[], status: string): Record<string, unknown> {
  const { model } = Body.parse(body);
  return {
    id: `resp_${ids}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1_000),
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: false,
    temperature: 1,
    top_p: 1,
    tool_choice: 'auto',
    tools: [],
    usage: {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    },
  };
}

function sentTools(tools: readonly z.output<typeof Tool>[]): SentTool[] {
  return tools.flatMap(({ type, name, description, parameters, strict, tools: inner = [] }): SentTool[] => {
    if (name === undefined) return [];
    if (type === 'namespace') return sentTools(inner).map((tool) => ({ ...tool, namespace: name }));
    return type === 'function'
      ? [{ name, description: description ?? '', schema: parameters, isStrict: strict === true }]
      : [];
  });
}

/** OpenAI's Responses. */
export const responses: ModelApi = {
  name: 'responses',
  serves: (path) => path === '/responses',
  read(body) {
    const { tools, input, stream } = Body.parse(body);
    const items = Array.isArray(input) ? input : [];
    return {
      tools: sentTools(tools ?? []),
      results: items
        .filter(({ type }) => type === 'function_call_output')
        .map(({ output }) => resultOf(output)),
      isStreamed: stream === true,
    };
  },
  answer: (answer, body) => response(body, [itemOf(answer)], 'completed'),
  events(answer, body) {
    const item = itemOf(answer);
    const at = { item_id: item.id, output_index: 0 };
    const middle =
      answer.kind === 'call'
        ? [
            { type: 'response.function_call_arguments.delta', ...at, delta: item['arguments'] },
            { type: 'response.function_call_arguments.done', ...at, arguments: item['arguments'] },
          ]
        : textEvents(answer.text, at);
    const started = answer.kind === 'call' ? { ...item, arguments: '' } : { ...item, content: [] };
    return [
      { type: 'response.created', response: response(body, [], 'in_progress') },
      { type: 'response.output_item.added', output_index: 0, item: { ...started, status: 'in_progress' } },
      ...middle,
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: response(body, [item], 'completed') },
    ].map((data, index) => ({ event: data.type, data: { ...data, sequence_number: index } }));
  },
};

function textEvents(text: string, at: object): ({ type: string } & Record<string, unknown>)[] {
  const here = { ...at, content_index: 0 };
  const part = { type: 'output_text', text, annotations: [] };
  return [
    { type: 'response.content_part.added', ...here, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...here, delta: text },
    { type: 'response.output_text.done', ...here, text },
    { type: 'response.content_part.done', ...here, part },
  ];
}
