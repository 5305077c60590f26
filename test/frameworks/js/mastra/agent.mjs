import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { MCPClient } from '@mastra/mcp';

const openai = createOpenAI({ baseURL: process.env.MODEL_BASE_URL });

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const mcp = new MCPClient({
  servers: {
    scale: process.env.SERVER_URL
      ? {
          url: new URL(process.env.SERVER_URL),
          requestInit: { headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` } },
        }
      : { command, args },
  },
});

try {
  const agent = new Agent({
    id: 'labeling',
    name: 'Labeling',
    instructions: 'You have photographs labeled.',
    model: openai('gpt-5'),
    tools: await mcp.listTools(),
  });
  const { text } = await agent.generate(process.argv[2], { maxSteps: 50 });
  console.log(text);
} finally {
  await mcp.disconnect();
}
