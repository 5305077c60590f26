import type { Profile } from './profile.ts';

const OBJECT_AT_ROOT: Profile['forms'] = {
  'root-not-object': ['refused', 'the root must be an object'],
  'root-union': ['refused', 'no alternatives at the root'],
};

const OPENAI: Profile['forms'] = {
  ...OBJECT_AT_ROOT,
  'root-without-properties': ['refused', '"object schema missing properties"'],
  'array-without-items': ['refused', '"array schema missing items"'],
};

const OPENAI_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Fields that `Schema` does not have, so that the API knows no such name. */
const NOT_IN_GEMINI_SCHEMA = ['refused', 'Schema has no such field'] as const;

/** JSON Schema as the model APIs themselves take it. */
export const APIS: readonly Profile[] = [
  {
    name: 'OpenAI function calling',
    sources: [
      'https://docs.rs/crate/openai-client-base/latest/source/docs/FunctionObject.md (name; made from OpenAI’s specification)',
      'https://github.com/langchain-ai/langchainjs/issues/9804',
      'https://github.com/digitalocean-labs/mcp-digitalocean/issues/265',
      'https://github.com/github/github-mcp-server/issues/1548',
    ],
    forms: OPENAI,
    toolName: { pattern: OPENAI_NAME },
  },
  {
    name: 'OpenAI strict mode',
    sources: [
      'https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas',
      'https://developers.openai.com/api/docs/guides/function-calling#strict-mode (Responses without `strict`: tried first)',
      'openai-agents 0.24.0 agents/strict_schema.py:295 (oneOf)',
      'pydantic-ai-slim 2.68.0 pydantic_ai/profiles/openai.py:802 (property patterns)',
    ],
    forms: {
      ...OPENAI,
      'open-object': ['refused', 'additionalProperties must be false'],
      'one-of': ['refused', 'alternatives are anyOf'],
      'all-of': ['refused', 'not supported'],
      not: ['refused', 'not supported'],
      conditional: ['refused', 'not supported'],
      'property-patterns': ['refused', 'not supported'],
      'too-deep': ['refused', 'ten levels at most'],
      optional: ['changed', 'every member is required; what may be left out has to be nullable'],
    },
    toolName: { pattern: OPENAI_NAME },
  },
  {
    name: 'Anthropic tools',
    sources: [
      'https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (name)',
      'https://github.com/anthropics/claude-code/issues/40075 (alternatives at the root)',
      'https://code.claude.com/docs/en/mcp#tools-with-invalid-input-schemas, https://github.com/freee/freee-mcp/issues/15 (names of properties)',
    ],
    forms: OBJECT_AT_ROOT,
    toolName: { pattern: /^[a-zA-Z0-9_-]{1,64}$/ },
    argumentName: /^[a-zA-Z0-9_.-]{1,64}$/,
  },
  {
    name: 'Gemini parameters',
    sources: [
      'https://docs.cloud.google.com/nodejs/docs/reference/generativelanguage/latest/generativelanguage/protos.google.ai.generativelanguage.v1beta.ischema',
      'https://cloud.google.com/vertex-ai/generative-ai/docs/reference/java/latest/com.google.cloud.vertexai.api.FunctionDeclarationOrBuilder (names)',
      'google-genai 2.34.0 google/genai/types.py, class Schema',
    ],
    forms: {
      ...OBJECT_AT_ROOT,
      'several-types': ['refused', 'Schema.type is one type'],
      'enum-not-text': ['refused', 'Schema.enum is a list of texts'],
      const: NOT_IN_GEMINI_SCHEMA,
      'one-of': NOT_IN_GEMINI_SCHEMA,
      'all-of': NOT_IN_GEMINI_SCHEMA,
      not: NOT_IN_GEMINI_SCHEMA,
      conditional: NOT_IN_GEMINI_SCHEMA,
      reference: NOT_IN_GEMINI_SCHEMA,
      tuple: NOT_IN_GEMINI_SCHEMA,
      'exclusive-bounds': NOT_IN_GEMINI_SCHEMA,
      'property-patterns': NOT_IN_GEMINI_SCHEMA,
      'open-object': NOT_IN_GEMINI_SCHEMA,
      encoding: NOT_IN_GEMINI_SCHEMA,
      dialect: NOT_IN_GEMINI_SCHEMA,
      closed: ['unsaid', 'no such field; every converter for `parameters` takes it out'],
    },
    toolName: { pattern: /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/ },
    argumentName: /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
  },
  {
    name: 'Gemini parametersJsonSchema',
    sources: [
      'google-genai 2.34.0 google/genai/types.py:6679 (supported properties of a JSON schema)',
      'pydantic-ai-slim 2.68.0 pydantic_ai/profiles/google.py:497 (const), :527 (exclusive bounds)',
    ],
    forms: {
      ...OBJECT_AT_ROOT,
      'reference-with-more': ['refused', 'nothing but $-keywords beside it'],
      const: ['lost', 'not supported'],
      'all-of': ['lost', 'not supported'],
      not: ['lost', 'not supported'],
      conditional: ['lost', 'not supported'],
      'property-patterns': ['lost', 'not supported'],
      'exclusive-bounds': ['unsaid', 'not supported'],
      'text-limits': ['unsaid', 'not supported'],
      default: ['unsaid', 'not supported'],
      encoding: ['unsaid', 'not supported'],
    },
    toolName: { pattern: /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/ },
  },
  {
    name: 'Bedrock Converse toolSpec',
    sources: [
      'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html',
      'https://github.com/Kilo-Org/kilocode/issues/12246 (alternatives at the root, Claude on Bedrock)',
    ],
    forms: OBJECT_AT_ROOT,
    toolName: { pattern: /^[a-zA-Z0-9_-]{1,64}$/ },
  },
];
