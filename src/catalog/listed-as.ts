import * as z from 'zod';

type JsonSchema = Record<string, unknown>;

/**
 * Schemas whose listing is shorter than what they check. Every token listed is paid by every user on every
 * turn, so a deep structure is listed by its outline and the validation error teaches the rest.
 */
const outlines = z.registry<{ outline: JsonSchema }>();

/** Lists `schema` as `outline` in `tools/list`; what it accepts stays the same. */
export function listedAs<T extends z.ZodType>(outline: JsonSchema, schema: T): T {
  outlines.add(schema, { outline });
  return schema;
}

export function outlineOf(schema: z.core.$ZodType): JsonSchema | undefined {
  return outlines.get(schema)?.outline;
}
