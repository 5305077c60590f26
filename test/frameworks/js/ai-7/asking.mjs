import { createInterface } from 'node:readline/promises';
import { ElicitationRequestSchema, createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount } from 'ai';

const openai = createOpenAI({ baseURL: process.env.MODEL_BASE_URL });

/** What the server asks before something that cannot be undone or costs money. */
async function askPerson({ params }) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${params.message}\nDo you agree? (yes/no) `);
  terminal.close();
  return answer === 'yes' ? { action: 'accept', content: { agree: true } } : { action: 'decline' };
}

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const scale = await createMCPClient({
  capabilities: { elicitation: {} },
  transport: process.env.SERVER_URL
    ? {
        type: 'http',
        url: process.env.SERVER_URL,
        headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` },
      }
    : new StdioMCPTransport({ command, args }),
});

scale.onElicitationRequest(ElicitationRequestSchema, askPerson);

try {
  const { text } = await generateText({
    model: openai('gpt-5'),
    tools: await scale.tools(),
    stopWhen: isStepCount(50),
    prompt: process.argv[2],
  });
  console.log(text);
} finally {
  await scale.close();
}
