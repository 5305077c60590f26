import * as z from 'zod';
import { outlineOf } from './listed-as.ts';
import type { ListedSchemas, Tool } from './tool.ts';

type JsonSchema = Record<string, unknown>;

export function listSchemas({ input, output }: ReturnType<Tool['schemas']>): ListedSchemas {
  // Without "required": some clients (Gemini CLI 0.61) check errors against it, too, and lose them where it does not fit.
  const { required: _required, ...listedOutput } = toListedSchema(output, 'output');
  return { input: toListedSchema(input, 'input'), output: listedOutput };
}

/**
 * JSON Schema 2020-12 without what costs tokens and tells a model nothing. What is left out here is still
 * checked: a value that breaks it is refused with an error that says what is allowed.
 */
function toListedSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const listed = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const outline = outlineOf(zodSchema);
      if (outline) replaceBy(jsonSchema, outline);
      trim(jsonSchema, { topLevel: path.length === 0 });
    },
  });
  delete listed.$schema;
  if (!JSON.stringify(listed.properties).includes('"$ref"')) delete listed.$defs;
  return listed;
}

function replaceBy(jsonSchema: JsonSchema, outline: JsonSchema): void {
  const description = describe(jsonSchema['description'], outline['description']);
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  Object.assign(jsonSchema, outline, description === undefined ? {} : { description });
}

/** What an argument is for stands behind what it is. */
function describe(own: unknown, outline: unknown): unknown {
  if (typeof own !== 'string' || typeof outline !== 'string') return own ?? outline;
  return own.startsWith(outline) ? own : `${outline}: ${own}`;
}

/** Members that say nothing where they have this value; `pattern` never reads well. */
const SILENT: Readonly<Record<string, (value: unknown) => boolean>> = {
  pattern: () => true,
  format: () => true,
  contentEncoding: () => true,
  minLength: () => true,
  maxLength: () => true,
  minItems: (value) => value === 1,
  minimum: (value) => value === 0 || value === Number.MIN_SAFE_INTEGER,
  maximum: (value) => value === Number.MAX_SAFE_INTEGER,
  additionalProperties: (value) => value === false || isEmptyOr(value, ''),
  propertyNames: (value) => isEmptyOr(value, 'string'),
  properties: (value) => isEmptyOr(value, ''),
  exclusiveMinimum: () => true,
};

/** The top level keeps `additionalProperties: false`, so that a model sees that it may not invent arguments. */
function trim(jsonSchema: JsonSchema, { topLevel }: { topLevel: boolean }): void {
  for (const [key, isSilent] of Object.entries(SILENT)) {
    if (topLevel && (key === 'properties' || jsonSchema[key] === false)) continue;
    if (jsonSchema[key] !== undefined && isSilent(jsonSchema[key])) delete jsonSchema[key];
  }
  if (!('const' in jsonSchema)) return;
  jsonSchema['enum'] = [jsonSchema['const']]; // Gemini takes no `const`
  delete jsonSchema['const'];
}

function isEmptyOr(value: unknown, type: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length === 0 || (entries.length === 1 && entries[0]?.[0] === 'type' && entries[0][1] === type)
  );
}
