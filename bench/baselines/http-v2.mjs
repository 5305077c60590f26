/** The SDK's own way over HTTP: `createMcpHandler` with an `McpServer` that registers 41 tools for each request. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { request } from 'undici';
import { registerMediumTools } from './medium-tools.mjs';
import { ORIGIN, stubUpstream } from './stub-upstream.mjs';

const dispatcher = stubUpstream();

/** @param {{ project: string }} args */
async function call({ project }) {
  const headers = { authorization: `Basic ${Buffer.from('live_key:').toString('base64')}` };
  const { body } = await request(`${ORIGIN}/v1/projects/${encodeURIComponent(project)}`, {
    dispatcher,
    headers,
  });
  const structuredContent = await body.json();
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
}

const handler = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'baseline', version: '1.0.0' });
    registerMediumTools(server, call);
    return server;
  }),
);
const http = createServer((incoming, outgoing) => void handler(incoming, outgoing));
http.listen(0, '127.0.0.1', () =>
  process.stderr.write(`serving http://127.0.0.1:${http.address().port}/mcp\n`),
);
