import { createInterface } from 'node:readline/promises';
import { query } from '@anthropic-ai/claude-agent-sdk';

/** What the server asks before something that cannot be undone or costs money. */
async function askPerson({ params }) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${params.message}\nDo you agree? (yes/no) `);
  terminal.close();
  return answer === 'yes' ? { action: 'accept', content: { agree: true } } : { action: 'decline' };
}

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const scale = process.env.SERVER_URL
  ? {
      type: 'http',
      url: process.env.SERVER_URL,
      headers: { Authorization: `Bearer ${process.env.SERVER_TOKEN}` },
    }
  : { type: 'stdio', command, args };

const messages = query({
  prompt: process.argv[2],
  options: {
    mcpServers: { scale },
    onElicitation: (question) => askPerson({ params: question }),
    allowedTools: ['mcp__scale__*'],
    env: { ...process.env, ANTHROPIC_BASE_URL: process.env.MODEL_BASE_URL },
  },
});
for await (const message of messages) {
  if (message.type === 'result')
    console.log(message.subtype === 'success' ? message.result : message.subtype);
}
