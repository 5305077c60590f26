import type { SentTool } from './script.ts';

/** OpenAI and Anthropic take such names only. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_TOOLS = 128;

/** Members that Gemini's `parameters` (not `parametersJsonSchema`) knows. */
const GEMINI = new Set(
  'type format title description nullable enum items maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default minimum maximum'.split(
    ' ',
  ),
);

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Every schema inside a schema, itself first. */
function* within(schema: unknown): Generator<Schema> {
  if (!isSchema(schema)) return;
  yield schema;
  const { properties, items, anyOf } = schema;
  if (isSchema(properties)) for (const one of Object.values(properties)) yield* within(one);
  yield* within(items);
  if (Array.isArray(anyOf)) for (const one of anyOf) yield* within(one);
}

function ofSchema(schema: unknown, isStrict: boolean): string[] {
  if (!isSchema(schema) || schema['type'] !== 'object') return ['its arguments are no object'];
  const found: string[] = [];
  if (['anyOf', 'oneOf', 'allOf'].some((word) => word in schema)) found.push('a union at the top');
  for (const { type, items, properties, required, additionalProperties } of within(schema)) {
    if (type === 'array' && items === undefined) found.push('a list without items');
    if (!isStrict || !isSchema(properties)) continue;
    const all = Object.keys(properties).length;
    if (additionalProperties !== false || !Array.isArray(required) || required.length !== all)
      found.push('strict, and members that are not required');
  }
  return found;
}

function ofGemini(schema: unknown): string[] {
  return [...within(schema)].flatMap((one) =>
    Object.keys(one)
      .filter((word) => !GEMINI.has(word))
      .map((word) => `"${word}", which it does not know`),
  );
}

/**
 * What the real API would refuse of the tools that a framework has sent it, so that a scripted model is not kinder
 * than it: names, schemas, strictness, how many.
 */
export function complaintsAbout(tools: readonly SentTool[], api: string): string[] {
  const found = new Set<string>();
  if (tools.length > MAX_TOOLS && api !== 'messages') found.add(`${tools.length} tools`);
  for (const { name, schema, isStrict = false, isOpenApi = false, isDeferred, codeIn, through } of tools) {
    if (isDeferred || codeIn !== undefined || through !== undefined) continue;
    if (!NAME.test(name)) found.add(`the name ${name}`);
    const all = api === 'generateContent' ? (isOpenApi ? ofGemini(schema) : []) : ofSchema(schema, isStrict);
    for (const one of all) found.add(`${one}: ${name}`);
  }
  return [...found];
}
