import type { Profile } from './profile.ts';

/** Hosts with converters of their own. The server's name in them is that of our documentation, `scale-ai`. */
export const HOSTS: readonly Profile[] = [
  {
    name: 'Codex 0.171',
    sources: [
      'https://github.com/openai/codex codex-rs/tools/src/json_schema.rs (struct JsonSchema, sanitize_json_schema)',
      'the same, json_schema/compaction.rs (5,000 bytes); both read in stored copies of that tree, as 0.171 is a binary',
      'the same, codex-rs/core/src/mcp_connection_manager.rs (MCP_TOOL_NAME_DELIMITER, MAX_TOOL_NAME_LENGTH)',
    ],
    forms: {
      untyped: ['changed', 'becomes text'],
      'too-long': ['lost', 'descriptions are taken out, then inner objects'],
      const: ['changed', 'becomes an enum of one'],
      not: ['lost', 'not among the fields that are kept'],
      conditional: ['lost', 'not among the fields that are kept'],
      'property-patterns': ['lost', 'not among the fields that are kept'],
      bounds: ['unsaid', 'not among the fields that are kept'],
      'exclusive-bounds': ['unsaid', 'not among the fields that are kept'],
      'text-limits': ['unsaid', 'not among the fields that are kept'],
      'item-counts': ['unsaid', 'not among the fields that are kept'],
      default: ['unsaid', 'not among the fields that are kept'],
      format: ['unsaid', 'not among the fields that are kept'],
      encoding: ['unsaid', 'not among the fields that are kept'],
    },
    toolName: { prefix: 'mcp__scale-ai__', pattern: /^[a-zA-Z0-9_-]{1,64}$/ },
  },
  {
    name: 'Gemini CLI 0.61',
    sources: [
      '@google/gemini-cli-core 0.61.0 dist/src/tools/mcp-client.js:853 (a type and null), :920 (parametersJsonSchema)',
      '@google/gemini-cli-core 0.61.0 dist/src/tools/mcp-tool.js:412 (generateValidName)',
      '@google/gemini-cli-core 0.61.0 dist/src/tools/tools.js:280 (adds wait_for_previous, and sends it on)',
    ],
    forms: { 'several-types': ['changed', 'a type and null become nullable'] },
    // Longer names get an ellipsis in their middle.
    toolName: { prefix: 'mcp_scale-ai_', pattern: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,62}$/ },
  },
  {
    name: 'Claude Code',
    sources: ['https://github.com/xsyetopz/claudetto/wiki/Claude-Code-MCP-Runtime (mcp__server__tool)'],
    forms: {},
    // Four less than the API takes, which leaves room for a longer name of the server.
    toolName: { prefix: 'mcp__scale-ai__', pattern: /^[a-zA-Z0-9_-]{1,60}$/ },
  },
];
