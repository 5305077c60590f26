import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { randomId } from '../catalog/random-id.ts';
import type {
  CallToolResult,
  CompleteRequest,
  GetPromptResult,
  InputRequiredResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  ReadResourceResult,
  ServerCapabilities,
  ServerContext,
  ServerOptions,
} from '@modelcontextprotocol/server';
import type { Observe } from './observe.ts';
import type { Logger } from '../observability/logger.ts';

type OrInputRequired<T> = Promise<T | InputRequiredResult>;

/**
 * What is offered to one caller, whatever the era and the transport. A handler that throws a ProtocolError
 * chooses what the client reads; of anything else it learns nothing.
 */
export interface Surface {
  instructions?: string;
  /** Beside those that follow from what is here. */
  capabilities?: ServerCapabilities;
  tools: {
    list: ListToolsResult['tools'];
    call(name: string, args: unknown, context: ServerContext): OrInputRequired<CallToolResult>;
  };
  resources: {
    /** @throws ProtocolError for a cursor that was not given out */
    list(cursor: string | undefined, context: ServerContext): Promise<ListResourcesResult>;
    templates: ListResourceTemplatesResult['resourceTemplates'];
    read(uri: string, context: ServerContext): OrInputRequired<ReadResourceResult>;
  };
  prompts: {
    list: ListPromptsResult['prompts'];
    get(
      name: string,
      args: Readonly<Record<string, string>>,
      context: ServerContext,
    ): OrInputRequired<GetPromptResult>;
  };
  /** Values that begin with what was typed. */
  complete(request: CompleteRequest['params'], context: ServerContext): Promise<readonly string[]>;
}

export interface SurfaceOptions {
  version: string;
  logger: Logger;
  observe: Observe;
  requestState?: NonNullable<ServerOptions['requestState']>;
}

/** Milliseconds that a client may keep what it has read. Everything depends on the caller: nothing is public. */
const TTL = { lists: 3_600_000, resourceList: 60_000, resource: 5_000 } as const;

const CACHE_HINTS: NonNullable<ServerOptions['cacheHints']> = {
  'server/discover': { ttlMs: TTL.lists, cacheScope: 'private' },
  'tools/list': { ttlMs: TTL.lists, cacheScope: 'private' },
  'prompts/list': { ttlMs: TTL.lists, cacheScope: 'private' },
  'resources/templates/list': { ttlMs: TTL.lists, cacheScope: 'private' },
  'resources/list': { ttlMs: TTL.resourceList, cacheScope: 'private' },
  'resources/read': { ttlMs: TTL.resource, cacheScope: 'private' },
};

/** The most that one answer to `completion/complete` may hold (2026-07-28, server/utilities/completion). */
const MAX_COMPLETIONS = 100;

/** A server of the SDK that serves a surface in both protocol eras. */
export function serveSurface(
  surface: Surface,
  { version, logger, observe, requestState }: SurfaceOptions,
): Server {
  const { tools, resources, prompts } = surface;
  const server = new Server(
    { name: 'scale-ai-mcp', title: 'Scale AI', version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {}, ...surface.capabilities },
      ...(surface.instructions !== undefined && { instructions: surface.instructions }),
      ...(requestState && { requestState }),
      cacheHints: CACHE_HINTS,
    },
  );
  const guarded = <T>(
    operation: Parameters<Observe>[0],
    context: ServerContext,
    answer: () => Promise<T>,
  ): Promise<T> => observe(operation, context, () => hideFaults(answer, logger));

  server.setRequestHandler('tools/list', async ({ params }) => {
    refuseCursor(params?.cursor, 'tool');
    return { tools: tools.list };
  });
  server.setRequestHandler('tools/call', ({ params }, context) =>
    guarded({ method: 'tools/call', tool: known(tools.list, params.name) }, context, async () =>
      tools.call(params.name, params.arguments, context),
    ),
  );
  server.setRequestHandler('resources/list', ({ params }, context) =>
    guarded({ method: 'resources/list' }, context, async () => resources.list(params?.cursor, context)),
  );
  server.setRequestHandler('resources/templates/list', async ({ params }) => {
    refuseCursor(params?.cursor, 'template');
    return { resourceTemplates: resources.templates };
  });
  server.setRequestHandler('resources/read', ({ params }, context) =>
    guarded({ method: 'resources/read' }, context, async () => resources.read(params.uri, context)),
  );
  server.setRequestHandler('prompts/list', async ({ params }) => {
    refuseCursor(params?.cursor, 'prompt');
    return { prompts: prompts.list };
  });
  server.setRequestHandler('prompts/get', ({ params }, context) =>
    guarded({ method: 'prompts/get', prompt: known(prompts.list, params.name) }, context, async () =>
      prompts.get(params.name, params.arguments ?? {}, context),
    ),
  );
  server.setRequestHandler('completion/complete', ({ params }, context) =>
    guarded({ method: 'completion/complete' }, context, async () => {
      const found = await surface.complete(params, context);
      const values = found.slice(0, MAX_COMPLETIONS);
      return { completion: { values, total: found.length, hasMore: found.length > values.length } };
    }),
  );
  return server;
}

/** The name of something offered; any other would let callers make up metrics. */
function known(offered: readonly { name: string }[], name: string): string {
  const lower = name.toLowerCase();
  return offered.some((one) => one.name === lower) ? lower : '_OTHER';
}

/** @throws ProtocolError whatever was thrown; only one that is meant for the client says what happened */
async function hideFaults<T>(answer: () => Promise<T>, logger: Logger): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const request_id = `req_${randomId()}`;
    logger.error({ err: error, request_id }, 'a request could not be answered');
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error', { request_id });
  }
}

function refuseCursor(cursor: string | undefined, what: string): void {
  if (cursor === undefined) return;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown cursor: the ${what} list has one page.`);
}
