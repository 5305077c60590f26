import { isRecord } from '../../../src/responses/compact.ts';
import type { JsonSchema, Place } from './place.ts';

interface Rule {
  /** The keyword to look at. */
  keyword: string;
  isBroken: (place: Place) => boolean;
}

const has =
  (...keywords: readonly string[]): Rule['isBroken'] =>
  ({ node }) =>
    keywords.some((keyword) => keyword in node);

const isObject = ({ type }: JsonSchema): boolean => type === 'object';
const hasMembers = ({ properties }: JsonSchema): boolean =>
  isRecord(properties) && Object.keys(properties).length > 0;

/** Codex drops the descriptions of a schema that is longer, and then more. */
const LONGEST_SCHEMA = 5000;
/** Levels of nesting that OpenAI's strict mode takes. */
const DEEPEST = 10;

/**
 * Forms of schemas that some model API refuses or some converter makes something else of. What each of them does with
 * a form is said in its profile.
 */
export const RULES = {
  'root-not-object': {
    keyword: 'type',
    isBroken: ({ stands, node }) => stands === 'root' && !isObject(node),
  },
  'root-union': {
    keyword: 'anyOf',
    isBroken: (place) => place.stands === 'root' && has('anyOf', 'oneOf', 'allOf', 'enum', 'not')(place),
  },
  'root-without-properties': {
    keyword: 'properties',
    isBroken: ({ stands, node }) => stands === 'root' && !isRecord(node['properties']),
  },
  'array-without-items': {
    keyword: 'items',
    isBroken: ({ node }) => node['type'] === 'array' && !isRecord(node['items']),
  },
  untyped: {
    keyword: 'type',
    isBroken: (place) => !has('type', '$ref', 'anyOf', 'oneOf', 'allOf')(place),
  },
  'several-types': { keyword: 'type', isBroken: ({ node }) => Array.isArray(node['type']) },
  'any-of': { keyword: 'anyOf', isBroken: has('anyOf') },
  'one-of': { keyword: 'oneOf', isBroken: has('oneOf') },
  'all-of': { keyword: 'allOf', isBroken: has('allOf') },
  not: { keyword: 'not', isBroken: has('not') },
  conditional: {
    keyword: 'if',
    isBroken: has('if', 'then', 'else', 'dependentRequired', 'dependentSchemas'),
  },
  const: { keyword: 'const', isBroken: has('const') },
  'enum-not-text': {
    keyword: 'enum',
    isBroken: ({ node }) =>
      Array.isArray(node['enum']) && node['enum'].some((value) => typeof value !== 'string'),
  },
  reference: { keyword: '$ref', isBroken: has('$ref', '$dynamicRef', '$recursiveRef') },
  'reference-elsewhere': {
    keyword: '$ref',
    isBroken: ({ node }) => '$ref' in node && !/^#\/\$defs\/[^/]+$/.test(String(node['$ref'])),
  },
  'reference-with-more': {
    keyword: '$ref',
    isBroken: ({ node }) => '$ref' in node && Object.keys(node).some((key) => !key.startsWith('$')),
  },
  tuple: {
    keyword: 'prefixItems',
    isBroken: ({ node }) => 'prefixItems' in node || Array.isArray(node['items']),
  },
  'open-object': {
    keyword: 'additionalProperties',
    isBroken: ({ node }) =>
      isObject(node) &&
      node['additionalProperties'] !== false &&
      (!hasMembers(node) || 'additionalProperties' in node),
  },
  'property-patterns': { keyword: 'propertyNames', isBroken: has('propertyNames', 'patternProperties') },
  'inner-object': {
    keyword: 'properties',
    isBroken: ({ stands, node }) =>
      (stands === 'properties' || stands === 'items') && isObject(node) && hasMembers(node),
  },
  optional: {
    keyword: 'required',
    isBroken: ({ stands, isRequired }) => stands === 'properties' && !isRequired,
  },
  'optional-in-member': {
    keyword: 'required',
    isBroken: ({ isRequired, owner, node }) =>
      !isRequired && owner?.stands === 'properties' && !('default' in node),
  },
  'bare-title': {
    keyword: 'description',
    isBroken: ({ name, node }) => name === 'title' && !('description' in node),
  },
  default: { keyword: 'default', isBroken: has('default') },
  bounds: { keyword: 'minimum', isBroken: has('minimum', 'maximum', 'multipleOf') },
  'exclusive-bounds': { keyword: 'exclusiveMinimum', isBroken: has('exclusiveMinimum', 'exclusiveMaximum') },
  'text-limits': { keyword: 'pattern', isBroken: has('pattern', 'minLength', 'maxLength') },
  'item-counts': { keyword: 'maxItems', isBroken: has('minItems', 'maxItems', 'uniqueItems') },
  format: { keyword: 'format', isBroken: has('format') },
  encoding: { keyword: 'contentEncoding', isBroken: has('contentEncoding', 'contentMediaType') },
  closed: { keyword: 'additionalProperties', isBroken: ({ node }) => node['additionalProperties'] === false },
  dialect: { keyword: '$schema', isBroken: has('$schema', '$id') },
  'too-long': {
    keyword: 'description',
    isBroken: ({ stands, node }) => stands === 'root' && JSON.stringify(node).length > LONGEST_SCHEMA,
  },
  'too-deep': { keyword: 'properties', isBroken: ({ depth }) => depth > DEEPEST },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;
