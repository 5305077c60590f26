import { isRecord } from '../responses/compact.ts';

/**
 * Other forms of the listed arguments, for clients that lose something of the usual one. Each says the same thing; what
 * is accepted does not change. Which client takes which form: `test/interop/schema-profiles`.
 */
export const SCHEMA_PROFILES = ['default', 'llamaindex', 'openai-strict'] as const;
export type SchemaProfile = (typeof SCHEMA_PROFILES)[number];

type JsonSchema = Record<string, unknown>;

/** @param tool its name: definitions of all tools together bear different names */
export function inProfile(schema: JsonSchema, profile: SchemaProfile, tool: string): JsonSchema {
  switch (profile) {
    case 'default':
      return schema;
    case 'llamaindex':
      return withDefinitions(schema, tool);
    case 'openai-strict':
      return allRequired(schema);
  }
}

/**
 * Objects inside as references to definitions: llama-index-tools-mcp keeps their members only so (0.6.0,
 * tool_spec_mixins.py:83 and :132), and keeps one model for each name of a definition, whatever tool it came from.
 */
function withDefinitions(schema: JsonSchema, tool: string): JsonSchema {
  const definitions: JsonSchema = {};
  const moved = (node: unknown, path: string): unknown => {
    if (!isRecord(node)) return node;
    const inner = membersMoved(node, path);
    if (node['type'] !== 'object' || !isRecord(node['properties'])) return inner;
    definitions[path] = inner;
    return { $ref: `#/$defs/${path}` };
  };
  const membersMoved = (node: JsonSchema, path: string): JsonSchema => ({
    ...node,
    ...(isRecord(node['properties']) && {
      properties: mapped(node['properties'], (member, name) => moved(member, `${path}_${name}`)),
    }),
    ...(isRecord(node['items']) && { items: moved(node['items'], `${path}_item`) }),
  });
  const root = membersMoved(schema, tool);
  return Object.keys(definitions).length > 0 ? { ...root, $defs: definitions } : root;
}

/**
 * Strict mode of OpenAI's function calling: every member is required, one that may be left out may be null instead, and
 * no object is open (https://developers.openai.com/api/docs/guides/function-calling#strict-mode).
 */
function allRequired(schema: JsonSchema): JsonSchema {
  const { default: _default, ...node } = schema;
  const { properties, items } = node;
  const required = new Set(Array.isArray(node['required']) ? node['required'] : []);
  return {
    ...node,
    ...(isRecord(properties) && {
      properties: mapped(properties, (member, name) => {
        const inner = isRecord(member) ? allRequired(member) : member;
        return required.has(name) ? inner : orNull(inner);
      }),
      required: Object.keys(properties),
      additionalProperties: false,
    }),
    ...(isRecord(items) && { items: allRequired(items) }),
  };
}

function orNull(schema: unknown): unknown {
  if (!isRecord(schema) || typeof schema['type'] !== 'string') return schema;
  const { type, enum: listed } = schema;
  const words: unknown[] | undefined = Array.isArray(listed) ? listed : undefined;
  return { ...schema, type: [type, 'null'], ...(words && { enum: [...words, null] }) };
}

function mapped(members: JsonSchema, change: (member: unknown, name: string) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(member, name)]));
}
