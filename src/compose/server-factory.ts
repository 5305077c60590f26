import { createServerFactory } from '../mcp/server.ts';
import { VERSION } from '../version.ts';
import { catalog } from '../../tools/index.ts';
import { pages } from '../../tools/pages.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { ServerDeps } from '../mcp/server.ts';

/** MCP servers that offer this project's tools, resources and prompts. */
export function serverFactory(
  deps: Pick<ServerDeps, 'caller' | 'invoke' | 'asking' | 'subscriptions' | 'schemaProfile' | 'logger'>,
): McpServerFactory {
  return createServerFactory({ ...deps, catalog, resources, pages, prompts, version: VERSION });
}
