import { isRecord } from '../../src/responses/compact.ts';

/** A node of a listed schema that some model API or converter refuses or drops, and where it stands. */
export type Fault = `${string}: ${string}`;

interface Rule {
  /** Whom it breaks and how. */
  why: string;
  isBroken: (node: Readonly<Record<string, unknown>>) => boolean;
}

const has =
  (...keywords: readonly string[]): Rule['isBroken'] =>
  (node) =>
    keywords.some((keyword) => keyword in node);

/**
 * What every listed schema keeps to, so that any model API takes the tools and no converter loses a member. Each rule
 * was seen with the package or API that is named.
 */
const RULES: readonly Rule[] = [
  {
    why: 'OpenAI answers 400 for the whole request: an array must say what it holds',
    isBroken: ({ type, items }) => type === 'array' && !isRecord(items),
  },
  {
    why: 'Gemini takes enums of text only (Schema.enum is a list of strings)',
    isBroken: ({ enum: values }) => Array.isArray(values) && values.some((one) => typeof one !== 'string'),
  },
  {
    why: 'Gemini and strict modes want a type beside every enum and every description',
    isBroken: (node) => !('type' in node) && Object.keys(node).length > 0,
  },
  {
    why: 'Gemini has no field for it',
    isBroken: has('const', 'prefixItems', 'exclusiveMinimum', 'exclusiveMaximum'),
  },
  { why: 'OpenAI and Gemini refuse it', isBroken: has('propertyNames', 'patternProperties', 'not', 'if') },
  {
    why: '@langchain/mcp-adapters keeps one of several alternatives',
    isBroken: has('anyOf', 'oneOf', 'allOf'),
  },
  { why: 'several converters resolve no references', isBroken: has('$ref', '$defs') },
  {
    why: 'CrewAI, Mastra and Pydantic AI close an object without named members; LlamaIndex drops them',
    isBroken: ({ type, properties }) => type === 'object' && !isRecord(properties),
  },
  {
    why: 'converters of strict modes close open maps',
    isBroken: ({ additionalProperties: more }) => isRecord(more) || more === true,
  },
  { why: 'Gemini wants one type', isBroken: ({ type }) => Array.isArray(type) },
];

/** Every rule that a schema breaks, at any depth. */
export function faultsOf(schema: unknown, path = '', rules = RULES): Fault[] {
  if (!isRecord(schema)) return [];
  const own = rules.filter(({ isBroken }) => isBroken(schema)).map(({ why }): Fault => `${path}: ${why}`);
  const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...own,
    ...properties.flatMap(([name, inner]) => faultsOf(inner, `${path}.${name}`, rules)),
    ...faultsOf(schema['items'], `${path}[]`, rules),
  ];
}

/** Of answers, which models do not write: only what makes a client refuse the whole list. */
export const OUTPUT_RULES: readonly Rule[] = RULES.filter(({ why }) => why.startsWith('OpenAI answers 400'));
