import type { Profile } from './profile.ts';

/** Converters of JavaScript frameworks. Each line was read in the package and seen by running it over the listing. */
export const JAVASCRIPT_CONVERTERS: readonly Profile[] = [
  {
    name: '@langchain/mcp-adapters 1.1.4',
    sources: ['@langchain/mcp-adapters 1.1.4 dist/tools.js:140 (simplifyJsonSchemaForLLM)'],
    forms: {
      'any-of': ['lost', 'alternatives that are no objects'],
      'one-of': ['lost', 'alternatives that are no objects'],
      not: ['lost', 'taken out'],
      'all-of': ['changed', 'merged'],
      conditional: ['changed', 'members of both branches are merged'],
    },
  },
  {
    name: 'ai 7.0.173',
    sources: [
      '@ai-sdk/mcp 2.0.99 dist/index.js:2955 (the root is closed)',
      '@ai-sdk/google 4.0.121 src/google-prepare-tools.ts:325 (parametersJsonSchema as it is)',
      '@ai-sdk/openai 4.0.118 src/responses/openai-responses-prepare-tools.ts:703 (not strict)',
    ],
    forms: {},
  },
  {
    name: 'ai 6.0.326',
    sources: [
      '@ai-sdk/google 3.0.141 src/convert-json-schema-to-openapi-schema.ts:52 (parameters)',
      '@ai-sdk/openai 3.0.141 (Responses: `strict` is left out, and the API tries strict mode)',
    ],
    forms: {
      'reference-elsewhere': ['refused', 'only names below $defs are found'],
      'enum-not-text': ['changed', 'Google: numbers become texts'],
      not: ['lost', 'Google: not copied'],
      conditional: ['lost', 'Google: not copied'],
      'open-object': ['changed', 'Google: what its members are is not copied'],
      optional: ['changed', 'OpenAI Responses: becomes required'],
      bounds: ['unsaid', 'Google: not copied'],
      'item-counts': ['unsaid', 'Google: not copied'],
      default: ['unsaid', 'Google: not copied'],
      encoding: ['unsaid', 'Google: not copied'],
      closed: ['unsaid', 'Google: not copied'],
    },
  },
  {
    name: '@mastra/mcp 2.0.0',
    sources: [
      '@mastra/core 1.68.0 dist/utils-BnndPYJi.js (processedInputSchema)',
      '@mastra/schema-compat 1.3.11 dist/index.js:5215 (OpenAI: closed, nullable; null is taken out again), :6132 (Google)',
    ],
    forms: {
      'open-object': ['lost', 'OpenAI: closed'],
      closed: ['unsaid', 'Google: taken out'],
    },
  },
  {
    name: '@openai/agents 0.20.0',
    sources: [
      '@openai/agents-core 0.20.0 dist/mcp.mjs:782 (strict on request; null is taken out again)',
      '@openai/agents-core 0.20.0 dist/utils/strictToolSchema.mjs:494 (open objects: not strict)',
    ],
    forms: { closed: ['unsaid', 'the root is opened where it is not strict'] },
  },
];
