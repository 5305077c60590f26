import { z } from 'zod';
import { outlineOf } from './listed-as.ts';
import type { Tool } from './tool.ts';

type JsonSchema = Record<string, unknown>;

/** One entry of `tools/list`. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonSchema & { type: 'object' };
  outputSchema: JsonSchema & { type: 'object' };
  annotations: {
    title: string;
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
}

/** What `tools/list` says of a tool. Built once per process; see the listing budget in docs/tool-budget.md. */
export function listTool(tool: Tool): ListedTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...toListedSchema(tool.input, 'input'), type: 'object' },
    outputSchema: { ...toListedSchema(tool.output, 'output'), type: 'object' },
    annotations: {
      title: tool.title,
      readOnlyHint: tool.effect === 'read',
      destructiveHint:
        tool.effect === 'delete' ||
        tool.consequences.includes('irreversible') ||
        tool.consequences.includes('replaces'),
      idempotentHint: tool.idempotent,
      openWorldHint: true,
    },
  };
}

/**
 * JSON Schema 2020-12 without what costs tokens and tells a model nothing: the dialect line, and
 * `additionalProperties: false` below the top level (validation still refuses unknown fields there).
 */
function toListedSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const listed = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const outline = outlineOf(zodSchema);
      if (outline) {
        const { description } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
        Object.assign(jsonSchema, outline, description === undefined ? {} : { description });
      }
      if (path.length > 0 && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
      if (io === 'output' && isEmpty(jsonSchema.additionalProperties)) delete jsonSchema.additionalProperties;
      if (isSafeIntegerBound(jsonSchema.maximum)) delete jsonSchema.maximum;
      if (isSafeIntegerBound(jsonSchema.minimum)) delete jsonSchema.minimum;
    },
  });
  delete listed.$schema;
  return listed;
}

/** zod writes the bounds of a double's safe integers for every `z.int()`; they tell a model nothing. */
function isSafeIntegerBound(bound: unknown): boolean {
  return bound === Number.MAX_SAFE_INTEGER || bound === Number.MIN_SAFE_INTEGER;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
