import { createInterface } from 'node:readline/promises';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { MCPClient } from '@mastra/mcp';

const openai = createOpenAI({ baseURL: process.env.MODEL_BASE_URL });

/** What the server asks before something that cannot be undone or costs money. */
async function askPerson({ params }) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${params.message}\nDo you agree? (yes/no) `);
  terminal.close();
  return answer === 'yes' ? { action: 'accept', content: { agree: true } } : { action: 'decline' };
}

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const mcp = new MCPClient({
  servers: {
    scale: process.env.SERVER_URL
      ? {
          url: new URL(process.env.SERVER_URL),
          inputRequests: askPerson,
          requestInit: { headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` } },
        }
      : { command, args, inputRequests: askPerson },
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
