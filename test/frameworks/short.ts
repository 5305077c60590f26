/**
 * What CI tries on each submission: the frameworks that most agents are written with, and the SDKs beneath them,
 * slowest first. The rest is for the long form: hosts with a command line, and what takes too long to install or
 * to start.
 */
export const SHORT: readonly string[] = [
  'python/llama-index',
  'python/google-adk',
  'python/langchain',
  'python/pydantic-ai',
  'python/fastmcp',
  'python/openai-agents',
  'js/mastra',
  'python/claude-agent-sdk',
  'python/mcp-1',
  'python/mcp-2',
  'js/langchain',
  'js/ai-7',
  'js/openai-agents',
  'js/mcp-sdk-1',
];
