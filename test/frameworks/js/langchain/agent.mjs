import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const client = new MultiServerMCPClient({
  scale: process.env.SERVER_URL
    ? {
        transport: 'http',
        url: process.env.SERVER_URL,
        headers: { Authorization: `Bearer ${process.env.SERVER_TOKEN}` },
      }
    : { transport: 'stdio', command, args },
});

try {
  const tools = await client.getTools();
  // By default a model whose arguments do not fit a schema is not told why.
  for (const tool of tools) tool.verboseParsingErrors = true;
  const agent = createAgent({
    model: new ChatOpenAI({
      model: 'gpt-5',
      useResponsesApi: true, // Chat Completions takes no pictures as results of tools
      configuration: { baseURL: process.env.MODEL_BASE_URL },
    }),
    tools,
  });
  const { messages } = await agent.invoke(
    { messages: [{ role: 'user', content: process.argv[2] }] },
    { recursionLimit: 100 },
  );
  console.log(messages.at(-1).text);
} finally {
  await client.close();
}
