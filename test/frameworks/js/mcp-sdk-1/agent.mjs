import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import OpenAI from 'openai';

const openai = new OpenAI({ baseURL: process.env.MODEL_BASE_URL });
const scale = new Client({ name: 'labeling', version: '1.0.0' });

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
await scale.connect(
  process.env.SERVER_URL
    ? new StreamableHTTPClientTransport(new URL(process.env.SERVER_URL), {
        requestInit: { headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` } },
      })
    : new StdioClientTransport({ command, args }),
);

const { tools } = await scale.listTools();
const functions = tools.map(({ name, description, inputSchema }) => ({
  type: 'function',
  function: { name, description, parameters: inputSchema },
}));

const messages = [{ role: 'user', content: process.argv[2] }];
for (;;) {
  const { choices } = await openai.chat.completions.create({ model: 'gpt-5', messages, tools: functions });
  const { message } = choices[0];
  messages.push(message);
  if (!message.tool_calls) {
    console.log(message.content);
    break;
  }
  for (const { id, function: called } of message.tool_calls) {
    const { content } = await scale.callTool({ name: called.name, arguments: JSON.parse(called.arguments) });
    const text = content
      .filter(({ type }) => type === 'text')
      .map(({ text }) => text)
      .join('\n');
    messages.push({ role: 'tool', tool_call_id: id, content: text });
    // Chat Completions take images from users only.
    const images = content.filter(({ type }) => type === 'image');
    for (const { mimeType, data } of images) {
      const url = `data:${mimeType};base64,${data}`;
      messages.push({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] });
    }
  }
}
await scale.close();
