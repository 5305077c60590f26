/**
 * The server that the conformance suite judges: our transport, guards, registration and error layers, with the
 * tools, resources and prompts that its scenarios ask for by name. The 2025 scenarios need sessions, which the
 * product does without; they are wired here, behind the same guards. Prints its URL.
 */
import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import {
  ProtocolError,
  ProtocolErrorCode,
  classifyInboundRequest,
  isInitializeRequest,
} from '@modelcontextprotocol/server';
import { statelessEndpoint } from '../../src/mcp/endpoint.ts';
import { observer } from '../../src/mcp/observe.ts';
import { serveOverHttp } from '../../src/mcp/http.ts';
import { serveSurface } from '../../src/mcp/surface.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { askingPrompt, askingTools, states } from './asking-tools.ts';
import { contentPrompts, contentResources, contentTools, listedPrompts } from './content.ts';
import type { Selection } from '../../src/catalog/selection.ts';
import type { ServerResponse } from 'node:http';
import type { McpHttpHandler, Server } from '@modelcontextprotocol/server';
import type { Endpoint, Incoming } from '../../src/mcp/endpoint.ts';
import type { Surface } from '../../src/mcp/surface.ts';
import type { FixtureTool } from './fixture-tool.ts';

const logger = createLogger('silent');
const observe = observer(() => performance.now());

/** Publishes changes to those who listen for them. */
const changes: { notify?: McpHttpHandler['notify'] } = {};

const tools: Record<string, FixtureTool> = {
  ...contentTools,
  ...askingTools,
  test_trigger_tool_change: trigger('tools'),
  test_trigger_prompt_change: trigger('prompts'),
};

function trigger(list: 'tools' | 'prompts'): FixtureTool {
  return {
    description: `Tells listeners that the ${list} have changed.`,
    async call() {
      changes.notify?.[`${list}Changed`]();
      return { content: [{ type: 'text', text: 'published' }] };
    },
  };
}

const surface: Surface = {
  capabilities: {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
  },
  tools: {
    list: Object.entries(tools).map(([name, { description, properties = {} }]) => ({
      name,
      description,
      inputSchema: { type: 'object', properties },
    })),
    async call(name, args, context) {
      const tool = tools[name];
      if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`);
      return tool.call(args as Record<string, unknown>, context);
    },
  },
  resources: contentResources,
  prompts: {
    list: [...listedPrompts, { name: 'test_input_required_result_prompt', description: 'Asks first' }],
    async get(name, args, context) {
      if (name === 'test_input_required_result_prompt') return askingPrompt(context);
      const prompt = contentPrompts[name];
      if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`);
      return { messages: prompt.messages(args) };
    },
  },
  complete: async (_request) => ['paris', 'park', 'party'],
};

function createServer(): Server {
  const server = serveSurface(surface, {
    version: '0.0.0',
    logger,
    observe,
    requestState: { verify: states.verify },
  });
  server.setRequestHandler('resources/subscribe', async () => ({}));
  server.setRequestHandler('resources/unsubscribe', async () => ({}));
  return server;
}

/** Adds sessions for clients of the 2025 revisions to what the product serves. */
function withSessions(modern: Endpoint): Endpoint {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();

  async function open(): Promise<NodeStreamableHTTPServerTransport> {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await createServer().connect(transport);
    return transport;
  }

  return {
    async handle(incoming: Incoming, outgoing: ServerResponse) {
      const { request, body } = incoming;
      const { kind } = classifyInboundRequest({
        httpMethod: request.method ?? '',
        ...header('protocolVersionHeader', request.headers['mcp-protocol-version']),
        ...header('mcpMethodHeader', request.headers['mcp-method']),
        body,
      });
      if (kind !== 'legacy') return modern.handle(incoming, outgoing);
      const id = String(request.headers['mcp-session-id'] ?? '');
      const transport = isInitializeRequest(body) ? await open() : sessions.get(id);
      if (transport) return transport.handleRequest(request, outgoing, body);
      outgoing.writeHead(id === '' ? 400 : 404).end();
    },
    close: () => modern.close(),
  };
}

function header<K extends string>(name: K, value: string | string[] | undefined): Partial<Record<K, string>> {
  return typeof value === 'string' ? ({ [name]: value } as Record<K, string>) : {};
}

const stateless = statelessEndpoint(createServer, logger);
changes.notify = stateless.handler.notify;
const { url } = await serveOverHttp(withSessions(stateless), {
  host: '127.0.0.1',
  port: 0,
  logger,
  callers: { callerFor: () => ({ principal: 'suite', selection: nothing(), mode: undefined }) },
});
process.stderr.write(`${url}\n`);

function nothing(): Selection {
  return { tools: [], find: () => undefined, isExcluded: () => false, readOnly: false, project: undefined };
}
