/** Frameworks and hosts that have a page in docs/clients, and what the table says of them. */
export interface Client {
  title: string;
  /** The page's name without its ending. */
  page: string;
  /** The host whose entry the page shows. */
  host?: string;
  /** Folders below test/frameworks whose programs the page shows. */
  programs?: readonly string[];
  /** Whether the prompt is an argument of the program; by default where there is one. */
  programHasPrompt?: boolean;
  /** How a person's yes is had. */
  asks: string;
  pictures: string;
  tried: string;
}

const LINK = 'by a link';
const ITSELF = 'asked by the program';
const ACCOUNT = 'not tried: needs the program and an account';
const BOTH = 'stdio, HTTP';

export const CLIENTS: readonly Client[] = [
  {
    title: 'Claude Desktop',
    page: 'claude-desktop',
    host: 'claude-desktop',
    asks: 'not tried',
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'Claude Cowork',
    page: 'claude-cowork',
    asks: 'not tried',
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'Claude Code',
    page: 'claude-code',
    host: 'claude-code',
    programs: ['js/claude-code'],
    programHasPrompt: false,
    asks: LINK,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'Cursor',
    page: 'cursor',
    host: 'cursor',
    asks: 'not tried',
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'VS Code',
    page: 'vscode',
    host: 'vscode',
    asks: 'not tried',
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'Windsurf',
    page: 'windsurf',
    host: 'windsurf',
    asks: 'not tried',
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'Zed',
    page: 'zed',
    host: 'zed',
    asks: `${LINK}, as its source says`,
    pictures: 'not tried',
    tried: ACCOUNT,
  },
  {
    title: 'Codex',
    page: 'codex',
    host: 'codex',
    programs: ['js/codex'],
    programHasPrompt: false,
    asks: LINK,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'Gemini CLI',
    page: 'gemini-cli',
    host: 'gemini-cli',
    programs: ['js/gemini-cli'],
    programHasPrompt: false,
    asks: LINK,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'OpenClaw',
    page: 'openclaw',
    host: 'openclaw',
    programs: ['js/openclaw'],
    programHasPrompt: false,
    asks: LINK,
    pictures: 'in words: `--pictures none`',
    tried: BOTH,
  },
  {
    title: 'Hermes Agent',
    page: 'hermes',
    host: 'hermes',
    programs: ['python/hermes'],
    programHasPrompt: false,
    asks: 'by a link, after a question of its own',
    pictures: 'no',
    tried: BOTH,
  },
  {
    title: 'OpenAI Agents SDK',
    page: 'openai-agents',
    programs: ['python/openai-agents', 'js/openai-agents'],
    asks: LINK,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'Claude Agent SDK',
    page: 'claude-agent-sdk',
    programs: ['python/claude-agent-sdk', 'js/claude-agent-sdk'],
    asks: `${ITSELF} (TypeScript), else ${LINK}`,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'Google ADK',
    page: 'google-adk',
    programs: ['python/google-adk'],
    asks: ITSELF,
    pictures: 'in words: `--pictures none`',
    tried: BOTH,
  },
  {
    title: 'LangChain',
    page: 'langchain',
    programs: ['python/langchain', 'js/langchain'],
    asks: `${ITSELF} (Python), else ${LINK}`,
    pictures: 'with the Responses API',
    tried: BOTH,
  },
  {
    title: 'Vercel AI SDK',
    page: 'vercel-ai-sdk',
    programs: ['js/ai-7', 'js/ai-6'],
    asks: ITSELF,
    pictures: 'yes',
    tried: BOTH,
  },
  { title: 'Mastra', page: 'mastra', programs: ['js/mastra'], asks: ITSELF, pictures: 'no', tried: BOTH },
  {
    title: 'LlamaIndex',
    page: 'llamaindex',
    programs: ['python/llama-index'],
    asks: LINK,
    pictures: 'in words: `--pictures none`',
    tried: BOTH,
  },
  {
    title: 'CrewAI',
    page: 'crewai',
    programs: ['python/crewai'],
    asks: LINK,
    pictures: 'no',
    tried: BOTH,
  },
  {
    title: 'Pydantic AI',
    page: 'pydantic-ai',
    programs: ['python/pydantic-ai'],
    asks: ITSELF,
    pictures: 'yes',
    tried: BOTH,
  },
  {
    title: 'AutoGen',
    page: 'autogen',
    programs: ['python/autogen'],
    asks: LINK,
    pictures: 'in words: `--pictures none`',
    tried: BOTH,
  },
  {
    title: 'MCP SDKs and FastMCP',
    page: 'mcp-sdk',
    programs: ['python/mcp-2', 'python/mcp-1', 'python/fastmcp', 'js/mcp-sdk-1', 'js/mcp-remote'],
    asks: ITSELF,
    pictures: 'yes',
    tried: BOTH,
  },
];
