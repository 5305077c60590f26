import { z } from 'zod';
import { resultOf } from '../exchange.ts';
import type { ModelApi } from '../exchange.ts';
import type { Answer } from '../script.ts';

const Body = z.looseObject({
  model: z.string().default('stub'),
  stream: z.boolean().nullish(),
  tools: z
    .array(
      z.looseObject({
        function: z
          .looseObject({
            name: z.string(),
            description: z.string().nullish(),
            parameters: z.unknown().optional(),
            strict: z.boolean().nullish(),
          })
          .optional(),
      }),
    )
    .nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })),
});

let calls = 0;

function messageOf(answer: Answer): Record<string, unknown> {
  if (answer.kind === 'say') return { role: 'assistant', content: answer.text };
  calls += 1;
  const called = { name: answer.tool.name, arguments: JSON.stringify(answer.args) };
  const call = { id: `call_${calls}`, type: 'function', function: called };
  return { role: 'assistant', content: null, tool_calls: [call] };
}

const reason = (answer: Answer): string => (answer.kind === 'say' ? 'stop' : 'tool_calls');
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const head = (body: unknown, object: string): Record<string, unknown> => {
  const { model } = Body.parse(body);
  return { id: `chatcmpl-${Date.now()}`, object, created: Math.floor(Date.now() / 1_000), model };
};

/** OpenAI's Chat Completions, which most servers of models speak. */
export const chatCompletions: ModelApi = {
  name: 'chat completions',
  serves: (path) => path === '/chat/completions',
  read(body) {
    const { tools, messages, stream } = Body.parse(body);
    const ofTools = messages.filter(({ role }) => role === 'tool').map(({ content }) => resultOf(content));
    const unseenImages = ofTools.reduce((sum, { images }) => sum + images, 0);
    return {
      tools: (tools ?? []).flatMap(({ function: fn }) =>
        fn === undefined
          ? []
          : [
              {
                name: fn.name,
                description: fn.description ?? '',
                schema: fn.parameters,
                isStrict: fn.strict === true,
              },
            ],
      ),
      results: ofTools,
      unseenImages,
      isStreamed: stream === true,
      complaints: unseenImages > 0 ? ['an image in a message of a tool, which takes text only'] : [],
    };
  },
  answer: (answer, body) => ({
    ...head(body, 'chat.completion'),
    choices: [{ index: 0, message: messageOf(answer), logprobs: null, finish_reason: reason(answer) }],
    usage,
  }),
  events(answer, body) {
    const chunk = (delta: unknown, finish: string | null): { data: unknown } => ({
      data: {
        ...head(body, 'chat.completion.chunk'),
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      },
    });
    const { tool_calls: toolCalls, ...message } = messageOf(answer);
    const delta = Array.isArray(toolCalls)
      ? { ...message, tool_calls: toolCalls.map((call: object, index) => ({ index, ...call })) }
      : message;
    return [
      chunk(delta, null),
      chunk({}, reason(answer)),
      { data: { ...head(body, 'chat.completion.chunk'), choices: [], usage } },
    ];
  },
  end: 'data: [DONE]\n\n',
};
