import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { listTool } from '../catalog/listing.ts';
import { nearestName } from '../catalog/nearest-name.ts';
import { composeInstructions } from './instructions.ts';
import { callerOf } from './request-callers.ts';
import type { CallToolResult, McpServerFactory } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { ListedTool } from '../catalog/listing.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Invoker } from '../invocation/invoke.ts';

export interface ServerDeps {
  catalog: readonly Tool[];
  /** The caller of requests that nothing else says anything of: stdio, and HTTP without tokens. */
  caller: Caller;
  invoke: Invoker;
  version: string;
}

/** The list is the same for the life of the process. */
const LIST_TTL_MS = 3_600_000;

/**
 * A factory of MCP servers for both protocol eras. List payloads are built once; every call goes through the
 * one path of `invocation`.
 */
export function createServerFactory({ catalog, caller, invoke, version }: ServerDeps): McpServerFactory {
  const shown = new WeakMap<Selection, Shown>();
  const byName = new Map(catalog.flatMap((tool) => [[tool.name, tool] as const, [tool.slug, tool] as const]));

  return ({ authInfo }) => {
    const current = callerOf(authInfo) ?? caller;
    const { tools, instructions } = showing(current.selection, shown);
    const server = new Server(
      { name: 'scale-ai-mcp', title: 'Scale AI', version },
      {
        capabilities: { tools: {} },
        instructions,
        cacheHints: {
          'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
          'server/discover': { ttlMs: LIST_TTL_MS, cacheScope: 'private' },
        },
      },
    );
    server.setRequestHandler('tools/list', (request) => {
      if (request.params?.cursor !== undefined) {
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          'Unknown cursor: the tool list has one page.',
        );
      }
      return { tools };
    });
    server.setRequestHandler('tools/call', async (request, context): Promise<CallToolResult> => {
      const tool = byName.get(request.params.name);
      if (!tool) throw unknownTool(request.params.name, tools);
      const result = await invoke({
        tool,
        args: request.params.arguments,
        caller: current,
        ...clientOf(server),
        signal: context.mcpReq.signal,
      });
      return result.ok ? success(result.output) : failure(result.error);
    });
    return server;
  };
}

function clientOf(server: Server): { client?: string } {
  const { name, version } = server.getClientVersion() ?? {};
  return name === undefined ? {} : { client: `${name} ${version ?? ''}`.trim().slice(0, 100) };
}

/** What a selection looks like from outside. */
interface Shown {
  tools: ListedTool[];
  instructions: string;
}

/** Built once for each selection. */
function showing(selection: Selection, shown: WeakMap<Selection, Shown>): Shown {
  const known = shown.get(selection) ?? {
    tools: selection.tools.map(listTool),
    instructions: composeInstructions(selection),
  };
  shown.set(selection, known);
  return known;
}

function success(output: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(output) }], structuredContent: output };
}

/** Without structured content: clients of the 2025 revisions check it against the output schema even then. */
function failure(error: object): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify({ error }) }], isError: true };
}

function unknownTool(name: string, tools: readonly { name: string }[]): ProtocolError {
  const near = nearestName(
    name,
    tools.map((tool) => tool.name),
  );
  const hint = near ? ` Did you mean ${near}?` : ' Call tools/list for the names.';
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name.slice(0, 100)}.${hint}`);
}
