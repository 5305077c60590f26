import { selectTools } from '../catalog/selection.ts';
import { catalog } from '../../tools/index.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Settings } from '../config/settings.ts';

/** The tools that the settings select. */
export function selectionFor(settings: Settings): Selection {
  return selectTools(catalog, SEED_SLUGS, {
    toolsets: settings.toolsets,
    tools: settings.tools,
    excludeTools: settings.exclude_tools,
    readOnly: settings.read_only,
    project: settings.project,
  });
}
