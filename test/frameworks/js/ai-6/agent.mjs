import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs } from 'ai';

const openai = createOpenAI({ baseURL: process.env.MODEL_BASE_URL });

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const scale = await createMCPClient({
  transport: process.env.SERVER_URL
    ? {
        type: 'http',
        url: process.env.SERVER_URL,
        headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` },
      }
    : new StdioMCPTransport({ command, args }),
});

try {
  const { text } = await generateText({
    model: openai('gpt-5'),
    tools: await scale.tools(),
    stopWhen: stepCountIs(50),
    prompt: process.argv[2],
  });
  console.log(text);
} finally {
  await scale.close();
}
