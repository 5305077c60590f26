import path from 'node:path';
import { createServerFactory } from '../mcp/server.ts';
import { VERSION } from '../version.ts';
import { catalog } from '../../tools/index.ts';
import { pages } from '../../tools/pages.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Settings } from '../config/settings.ts';
import type { ServerDeps } from '../mcp/server.ts';

/** MCP servers that offer this project's tools, resources and prompts. */
export function serverFactory(
  deps: Pick<ServerDeps, 'caller' | 'invoke' | 'asking' | 'subscriptions' | 'logger'>,
  settings: Settings,
): McpServerFactory {
  const { schema_profile: schemaProfile, pictures, structured_content: structured } = settings;
  const answerForm = {
    pictures,
    pictureDirectory: path.join(settings.state_dir, 'pictures'),
    isStructured: structured === 'on',
    maxResultChars: settings.max_result_chars,
  };
  return createServerFactory({
    ...deps,
    schemaProfile,
    answerForm,
    catalog,
    resources,
    pages,
    prompts,
    version: VERSION,
  });
}
