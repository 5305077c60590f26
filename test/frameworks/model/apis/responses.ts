import { z } from 'zod';
import { resultOf } from '../exchange.ts';
import type { Asked, ModelApi } from '../exchange.ts';
import type { Answer, SentResult, SentTool } from '../script.ts';

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
    const { name, namespace, codeIn, through } = answer.tool;
    if (codeIn !== undefined) {
      const called = { call_id: `call_${ids}`, name: codeIn, input: codeOf(answer), status: 'completed' };
      return { type: 'custom_tool_call', id: `ctc_${ids}`, ...called };
    }
    return {
      type: 'function_call',
      id: `fc_${ids}`,
      call_id: `call_${ids}`,
      name: through ?? name,
      ...(namespace !== undefined && { namespace }),
      arguments: JSON.stringify(through === undefined ? answer.args : { id: name, args: answer.args }),
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

const OUTPUTS: ReadonlySet<unknown> = new Set(['function_call_output', 'custom_tool_call_output']);

/** Codex has its newer models write code that calls tools, OpenClaw has one tool call the others: both have names looked up. */
function namedIn(results: readonly SentResult[], how: Partial<SentTool>): SentTool[] {
  const names = new Set(results.flatMap(({ text }) => text.match(/\w*?scale_ai_[a-z_]+/g) ?? []));
  return [...names].filter((name) => /\w_*scale_ai_/.test(name)).map((name) => ({ name, ...how }));
}

function whereModelsWriteCode(results: readonly SentResult[]): Pick<Asked, 'search' | 'wait'> {
  const [, cell] = /^Script running with cell ID (\S+)/m.exec(results.at(-1)?.text ?? '') ?? [];
  const list = "text(ALL_TOOLS.map(({ name }) => name).filter((name) => name.includes('scale_ai_')));";
  return {
    search: { tool: { name: 'exec', codeIn: 'exec' }, argsFor: () => ({ code: list }) },
    ...(cell !== undefined && {
      wait: { tool: { name: 'wait' }, args: { cell_id: cell, yield_time_ms: 30_000 } },
    }),
  };
}

function codeOf({ tool, args }: Extract<Answer, { kind: 'call' }>): unknown {
  if (tool.name === tool.codeIn) return args['code'];
  return [
    `const { content } = await tools.${tool.name}(${JSON.stringify(args)});`,
    "for (const part of content) part.type === 'image' ? image(part) : text(part.text);",
  ].join('\n');
}

/** OpenAI's Responses. */
export const responses: ModelApi = {
  name: 'responses',
  serves: (path) => path === '/responses',
  read(body) {
    const { tools, input, stream } = Body.parse(body);
    const items = Array.isArray(input) ? input : [];
    const results = items.filter(({ type }) => OUTPUTS.has(type)).map(({ output }) => resultOf(output));
    const sent = sentTools(tools ?? []);
    const isCode = items.some(({ type }) => type === 'additional_tools');
    const search = sent.find(({ name }) => name === 'tool_search');
    return {
      tools: [
        ...sent,
        ...(isCode ? namedIn(results, { codeIn: 'exec' }) : []),
        ...(search ? namedIn(results, { through: 'tool_call' }) : []),
      ],
      results,
      ...(isCode && whereModelsWriteCode(results)),
      ...(search && { search: { tool: search, argsFor: (name) => ({ query: name || 'scale', limit: 50 }) } }),
      isStreamed: stream === true,
    };
  },
  answer: (answer, body) => response(body, [itemOf(answer)], 'completed'),
  events(answer, body) {
    const item = itemOf(answer);
    const at = { item_id: item.id, output_index: 0 };
    const middle =
      item['type'] === 'custom_tool_call'
        ? []
        : answer.kind === 'call'
          ? [
              { type: 'response.function_call_arguments.delta', ...at, delta: item['arguments'] },
              { type: 'response.function_call_arguments.done', ...at, arguments: item['arguments'] },
            ]
          : textEvents(answer.text, at);
    const started =
      answer.kind === 'call' ? { ...item, arguments: item['arguments'] && '' } : { ...item, content: [] };
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
