/** A bare `McpServer` of SDK v1 over stdio. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { registerMediumTools } from './medium-tools.mjs';

const server = new McpServer({ name: 'baseline', version: '1.0.0' });
registerMediumTools(server, async () => ({ content: [{ type: 'text', text: '{}' }] }));
await server.connect(new StdioServerTransport());
