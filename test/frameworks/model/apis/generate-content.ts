import { z } from 'zod';
import { resultOf } from '../exchange.ts';
import type { ModelApi } from '../exchange.ts';
import type { Answer } from '../script.ts';

const Declaration = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.unknown().optional(),
  parametersJsonSchema: z.unknown().optional(),
  /** The Python SDK writes it so where a program hands it on as it is. */
  parameters_json_schema: z.unknown().optional(),
});
const FunctionResponse = z.looseObject({ response: z.unknown().optional(), parts: z.unknown().optional() });
const Body = z.looseObject({
  tools: z.array(z.looseObject({ functionDeclarations: z.array(Declaration).optional() })).nullish(),
  contents: z.array(
    z.looseObject({
      parts: z.array(z.looseObject({ functionResponse: FunctionResponse.optional() })).optional(),
    }),
  ),
});

function candidate(answer: Answer): Record<string, unknown> {
  const part =
    answer.kind === 'say'
      ? { text: answer.text }
      : { functionCall: { name: answer.tool.name, args: answer.args } };
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: 'stub',
  };
}

/** Gemini's generateContent and streamGenerateContent. */
export const generateContent: ModelApi = {
  name: 'generateContent',
  serves: (path) => /:(?:generateContent|streamGenerateContent)$/.test(path),
  read(body, path) {
    const { tools, contents } = Body.parse(body);
    const parts = contents.flatMap(({ parts: some }) => some ?? []);
    return {
      tools: (tools ?? []).flatMap(({ functionDeclarations: some }) =>
        (some ?? []).map((one) => {
          const { name, description, parameters } = one;
          const schema = one.parametersJsonSchema ?? one.parameters_json_schema;
          return {
            name,
            description: description ?? '',
            schema: schema ?? parameters,
            isOpenApi: schema === undefined,
          };
        }),
      ),
      results: parts.flatMap(({ functionResponse }) =>
        functionResponse === undefined
          ? []
          : [resultOf([functionResponse.response ?? '', functionResponse.parts ?? []])],
      ),
      isStreamed: path.endsWith(':streamGenerateContent'),
    };
  },
  answer: (answer) => candidate(answer),
  events: (answer) => [{ data: candidate(answer) }],
};
