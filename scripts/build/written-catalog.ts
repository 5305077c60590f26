import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRecord } from '../../src/responses/compact.ts';
import { catalog } from '../../tools/index.ts';
import type { Plugin } from 'esbuild';
import type { WrittenTool } from '../../src/catalog/lazy-tool.ts';
import type { Tool } from '../../src/catalog/tool.ts';

/** `import { getTask } from './tasks/get-task.ts';` */
const DECLARATION = /^import \{ (?<name>\w+) \} from '(?<file>\.\/.+\.ts)';$/gm;

/**
 * Replaces `tools/index.ts` in the bundle: each tool's listing is written down, and its declaration with all of
 * its schemas is loaded only when the tool is called.
 */
export const writtenCatalog: Plugin = {
  name: 'written-catalog',
  setup(build) {
    build.onLoad({ filter: /[\\/]tools[\\/]index\.ts$/ }, async ({ path: index }) => {
      const declared = await declarations(index);
      const entries = catalog.map((tool) => {
        const from = declared.get(tool);
        if (!from) throw new Error(`${tool.slug} is in the catalogue, and not imported by ${index}`);
        return `lazyTool(written[${JSON.stringify(tool.name)}], () => require(${JSON.stringify(from.file)}).${from.name})`;
      });
      const written = Object.fromEntries(catalog.map((tool) => [tool.name, writtenTool(tool)]));
      return {
        loader: 'js',
        resolveDir: path.dirname(index),
        contents: [
          `import { lazyTool } from '../src/catalog/lazy-tool.ts';`,
          `const written = JSON.parse(${JSON.stringify(JSON.stringify(written))});`,
          `export const catalog = [${entries.join(',\n')}];`,
        ].join('\n'),
      };
    });
  },
};

async function declarations(index: string): Promise<Map<Tool, { name: string; file: string }>> {
  const found = new Map<Tool, { name: string; file: string }>();
  for (const { groups } of (await readFile(index, 'utf8')).matchAll(DECLARATION)) {
    const { name = '', file = '' } = groups ?? {};
    const url = pathToFileURL(path.resolve(path.dirname(index), file)).href;
    const exported: unknown = await import(url);
    const tool = catalog.find((candidate) => isRecord(exported) && candidate === exported[name]);
    if (tool) found.set(tool, { name, file });
  }
  return found;
}

/** Functions do not outlive JSON. */
function writtenTool(tool: Tool): WrittenTool {
  return { ...tool, schemas: tool.listed() };
}
