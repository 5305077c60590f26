import {
  Agent,
  MCPServerStdio,
  MCPServerStreamableHttp,
  run,
  setDefaultOpenAIClient,
  setTracingDisabled,
} from '@openai/agents';
import OpenAI from 'openai';

setDefaultOpenAIClient(new OpenAI({ baseURL: process.env.MODEL_BASE_URL }));
// Traces, which hold arguments and results, would go to OpenAI wherever the model is.
setTracingDisabled(true);

const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND ?? '[]');
const scale = process.env.SERVER_URL
  ? new MCPServerStreamableHttp({
      url: process.env.SERVER_URL,
      requestInit: { headers: { authorization: `Bearer ${process.env.SERVER_TOKEN}` } },
    })
  : new MCPServerStdio({ command, args });

await scale.connect();
try {
  const agent = new Agent({ name: 'Labeling', model: 'gpt-5', mcpServers: [scale] });
  const { finalOutput } = await run(agent, process.argv[2], { maxTurns: 50 });
  console.log(finalOutput);
} finally {
  await scale.close();
}
