import { selectTools } from '../catalog/selection.ts';
import { catalog } from '../../tools/index.ts';
import { PRESETS } from '../../tools/presets.ts';
import type { Selection } from '../catalog/selection.ts';
import type { Settings } from '../config/settings.ts';

/** The tools that the settings select. */
export function selectionFor(settings: Settings): Selection {
  return selectTools(catalog, PRESETS, {
    toolsets: settings.toolsets,
    tools: settings.tools,
    excludeTools: settings.exclude_tools,
    readOnly: settings.read_only,
    project: settings.project,
  });
}
