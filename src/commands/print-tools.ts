import { listTool } from '../catalog/listing.ts';
import { EXIT } from './exit-codes.ts';
import { selectionFor } from '../compose/selection-for.ts';
import { isTerminal, print } from './printer.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { SchemaProfile } from '../catalog/schema-profiles.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Settings } from '../config/settings.ts';

/** `scale-ai-mcp tools`: the selected catalogue for people, as JSON lines in a pipe, or with `--json` with schemas. Returns the exit code. */
export function printToolsCommand(settings: Settings, { json }: { json: boolean }): number {
  const { tools } = selectionFor(settings);
  if (json) {
    print(
      JSON.stringify({ tools: tools.map((tool) => describe(tool, settings.schema_profile)) }, undefined, 2),
    );
    return EXIT.ok;
  }
  if (!isTerminal()) {
    for (const { name, toolset, effect, consequences, description } of tools)
      print(JSON.stringify({ name, toolset, effect, consequences, description }));
    return EXIT.ok;
  }
  for (const toolset of new Set(tools.map((tool) => tool.toolset))) {
    print(toolset);
    for (const tool of tools.filter((candidate) => candidate.toolset === toolset)) {
      const marks = [tool.effect, ...tool.consequences].join(', ');
      print(`  ${tool.name}  [${marks}]`);
      print(`      ${tool.description}`);
    }
    print();
  }
  print(`${tools.length} tools. With --json: schemas and annotations.`);
  return EXIT.ok;
}

function describe(tool: Tool, profile: SchemaProfile): Record<string, unknown> {
  return {
    ...listTool(tool, profile),
    slug: tool.slug,
    toolset: tool.toolset,
    effect: tool.effect,
    consequences: tool.consequences,
    seed: SEED_SLUGS.has(tool.slug),
  };
}
