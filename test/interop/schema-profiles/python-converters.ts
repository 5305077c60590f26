import type { Profile } from './profile.ts';

/** Converters of Python frameworks. Each line was read in the package and seen by running it over the listing. */
export const PYTHON_CONVERTERS: readonly Profile[] = [
  {
    name: 'google-adk 2.13.0',
    sources: [
      'google-adk 2.13.0 google/adk/tools/mcp_tool/mcp_tool.py:395 (JSON schema as it is, the default)',
      'google-adk 2.13.0 google/adk/tools/_gemini_schema_util.py:218 (parameters, where that feature is off)',
    ],
    forms: {
      'all-of': ['lost', 'not among the fields that are kept'],
      not: ['lost', 'not among the fields that are kept'],
      conditional: ['lost', 'not among the fields that are kept'],
      'property-patterns': ['lost', 'not among the fields that are kept'],
      'several-types': ['changed', 'one of the types is kept, an array first'],
      'one-of': ['changed', 'becomes anyOf'],
      encoding: ['unsaid', 'not among the fields that are kept'],
      closed: ['unsaid', 'additionalProperties is taken out'],
    },
  },
  {
    name: 'langchain-mcp-adapters 0.3.2 with langchain-google-genai 4.4.3',
    sources: [
      'langchain-mcp-adapters 0.3.2 langchain_mcp_adapters/tools.py:531 (the schema as it is)',
      'langchain-google-genai 4.4.3 langchain_google_genai/_function_utils.py:657 (required), :660 (objects), :665 (title)',
    ],
    forms: {
      'enum-not-text': ['refused', 'google.genai.types.Schema takes texts only'],
      'any-of': ['lost', 'alternatives become one type'],
      'optional-in-member': ['changed', 'every member without a default becomes required'],
      'bare-title': ['changed', 'is described as "title is {…}"'],
      'open-object': ['changed', 'an object that names no members becomes a text'],
      bounds: ['unsaid', 'not copied'],
      'item-counts': ['unsaid', 'not copied'],
      default: ['unsaid', 'not copied'],
      encoding: ['unsaid', 'not copied'],
      closed: ['unsaid', 'not copied'],
    },
  },
  {
    name: 'langchain-mcp-adapters 0.3.2 with langchain-openai 1.7.4, strict=True',
    sources: [
      'langchain-core 1.8.3 langchain_core/utils/function_calling.py, convert_to_openai_function (on request only)',
    ],
    forms: { optional: ['changed', 'becomes required, and null is not among its values'] },
  },
  {
    name: 'pydantic-ai 2.68.0',
    sources: [
      'pydantic-ai-slim 2.68.0 pydantic_ai/profiles/openai.py:1006 (OpenAI: strict where nothing has to be changed)',
      'pydantic-ai-slim 2.68.0 pydantic_ai/profiles/google.py:560, :600 (Gemini Live: parameters)',
    ],
    forms: {
      'open-object': ['lost', 'OpenAI: closed where strict mode is chosen'],
      'enum-not-text': ['changed', 'Gemini Live: the values become part of the description'],
      'exclusive-bounds': ['unsaid', 'Gemini: taken out'],
      closed: ['unsaid', 'Gemini Live: taken out'],
    },
  },
  {
    name: 'llama-index-tools-mcp 0.6.0',
    sources: [
      'llama-index-tools-mcp 0.6.0 llama_index/tools/mcp/tool_spec_mixins.py:19, :83, :122 (types), :132 ($ref), :173 (optional)',
    ],
    forms: {
      'inner-object': ['lost', 'becomes a map of anything; only $ref into $defs keeps the members'],
      'reference-elsewhere': ['lost', 'only names below $defs are found'],
      'one-of': ['lost', 'becomes text'],
      'all-of': ['lost', 'becomes text'],
      const: ['lost', 'becomes its type alone'],
      untyped: ['changed', 'becomes text'],
      'several-types': ['changed', 'the first is kept'],
      optional: ['changed', 'null becomes one of its values'],
      bounds: ['unsaid', 'not copied'],
      'item-counts': ['unsaid', 'not copied'],
      encoding: ['unsaid', 'not copied'],
      closed: ['unsaid', 'not copied'],
    },
  },
  {
    name: 'crewai-tools 1.15.30',
    sources: [
      'crewai-tools 1.15.30 crewai_tools/adapters/mcp_adapter.py:54',
      'crewai 1.15.30 crewai/utilities/pydantic_schema_utils.py:606 (strict), :1138 (types)',
      'crewai 1.15.30 crewai/utilities/agent_utils.py:299 (strict always)',
      'crewai 1.15.30 crewai/tools/base_tool.py:294 (null is sent for what was left out, at any depth)',
    ],
    forms: {
      'open-object': ['lost', 'closed'],
      optional: ['changed', 'becomes required, and null one of its values'],
      'item-counts': ['unsaid', 'not copied'],
      default: ['unsaid', 'taken out'],
      encoding: ['unsaid', 'not copied'],
      bounds: ['unsaid', 'taken out for Claude'],
    },
    toolName: { pattern: /^[a-z0-9_]{1,64}$/ },
  },
  {
    name: 'openai-agents 0.24.0, convert_schemas_to_strict',
    sources: [
      'openai-agents 0.24.0 agents/agent.py:266 (off unless asked for)',
      'openai-agents 0.24.0 agents/strict_schema.py:254; agents/mcp/util.py:554 (else the schema as it is, not strict)',
    ],
    forms: { optional: ['changed', 'becomes required, and null is not among its values'] },
  },
];
