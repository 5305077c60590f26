import * as z from 'zod';

type JsonSchema = Record<string, unknown>;

interface Outline {
  outline: JsonSchema;
  /** Whether it is listed as text that holds JSON. */
  isJsonText?: boolean;
}

/**
 * Schemas whose listing is shorter than what they check. Every token listed is paid by every user on every
 * turn, so a deep structure is listed by its outline and the validation error teaches the rest.
 */
const outlines = z.registry<Outline>();

/** Lists `schema` as `outline` in `tools/list`; what it accepts stays the same. */
export function listedAs<T extends z.ZodType>(outline: JsonSchema, schema: T): T {
  outlines.add(schema, { outline });
  return schema;
}

/**
 * Lists an object or a list with open members as text that holds JSON, and takes both. Converters of agent frameworks
 * close an object whose members are not named (pydantic-ai and crewai-tools in strict mode, `@mastra/mcp`), or drop
 * them (llama-index-tools-mcp), so that a model could say nothing in it.
 */
export function listedAsJson<T extends z.ZodType>(schema: T, shape = 'JSON'): T {
  outlines.add(schema, { outline: { type: 'string', description: shape }, isJsonText: true });
  return schema;
}

export function outlineOf(schema: z.core.$ZodType): JsonSchema | undefined {
  return entryOf(schema)?.outline;
}

/** The arguments of a tool that are listed as JSON text. */
export function jsonTextsOf(shape: Readonly<Record<string, z.core.$ZodType>>): string[] {
  return Object.keys(shape).filter((name) => {
    const schema = shape[name];
    return schema !== undefined && entryOf(schema)?.isJsonText === true;
  });
}

/** What an optional argument is listed as follows from what it wraps. */
function entryOf(schema: z.core.$ZodType): Outline | undefined {
  const own = outlines.get(schema);
  if (own || !(schema instanceof z.ZodOptional)) return own;
  return entryOf(schema.def.innerType);
}
