import { fixProject } from './fixed-project.ts';
import { nearestName } from './nearest-name.ts';
import { isNamed } from './tool-names.ts';
import { SPECIAL_TOOLSETS, TOOLSETS } from './vocabulary.ts';
import type { Tool } from './tool.ts';
import type { SpecialToolset, Toolset } from './vocabulary.ts';

/** Which part of the catalogue a server offers. Every list may be empty. */
export interface SelectionRequest {
  toolsets: readonly string[];
  tools: readonly string[];
  excludeTools: readonly string[];
  readOnly: boolean;
  /** Serve this project only: its name is filled in, and tools that look over the whole team are left out. */
  project?: string | undefined;
}

/** The tools a caller may see and use, and why the others are missing. */
export interface Selection {
  tools: readonly Tool[];
  /** The tool as this caller sees it. */
  find(name: string): Tool | undefined;
  /** Whether a tool was left out by its name, so that nothing of it is wanted, even as part of something else. */
  isExcluded(name: string): boolean;
  readOnly: boolean;
  project: string | undefined;
}

/** Raised at start-up for a selection that cannot be made. */
class SelectionError extends Error {
  override name = 'SelectionError';
}

/** Slugs of the tools of each preset. */
export type Presets = Readonly<Record<'minimal' | 'seed', ReadonlySet<string>>>;

type Membership = (tool: Tool, presets: Presets) => boolean;

const SPECIAL: Record<SpecialToolset, Membership> = {
  default: () => true,
  minimal: (tool, presets) => presets.minimal.has(tool.slug),
  seed: (tool, presets) => presets.seed.has(tool.slug),
  all: () => true,
};

/**
 * Narrows the catalogue: toolsets (or single tools) in, excluded tools out, then reads only if asked.
 * Single tools without toolsets mean exactly these; with toolsets they are added to them.
 *
 * @throws SelectionError naming the nearest valid toolset or tool.
 */
export function selectTools(
  catalog: readonly Tool[],
  presets: Presets,
  request: SelectionRequest,
): Selection {
  const toolsets = request.toolsets.map(checkToolset);
  const named = new Set(request.tools.map((name) => checkTool(catalog, name)));
  const excluded = new Set(request.excludeTools.map((name) => checkTool(catalog, name)));
  const onlyNamed = toolsets.length === 0 && named.size > 0;
  const groups = toolsets.length > 0 ? toolsets : (['default'] as const);
  const { project } = request;
  if (project !== undefined) refuseTeamWide(catalog, named, project);

  const tools = catalog.filter((tool) => {
    if (excluded.has(tool.name)) return false;
    if (project !== undefined && tool.reach === 'team') return false;
    if (request.readOnly && tool.effect !== 'read') return false;
    if (named.has(tool.name)) return true;
    return !onlyNamed && groups.some((group) => belongsTo(tool, group, presets));
  });
  const offered = project === undefined ? tools : tools.map((tool) => fixProject(tool, project));
  const byName = new Map(offered.map((tool) => [tool.name, tool]));
  return {
    tools: offered,
    find: (name) => byName.get(name),
    isExcluded: (name) => excluded.has(name),
    readOnly: request.readOnly,
    project,
  };
}

/** The same selection without the tools that a test rejects; never more. */
export function narrowSelection(
  selection: Selection,
  keep: (tool: Tool) => boolean,
  { readOnly = false } = {},
): Selection {
  const tools = selection.tools.filter((tool) => keep(tool) && !(readOnly && tool.effect !== 'read'));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    tools,
    find: (name) => byName.get(name),
    isExcluded: (name) => selection.isExcluded(name),
    readOnly: selection.readOnly || readOnly,
    project: selection.project,
  };
}

/** @throws SelectionError for a tool that was asked for by name and cannot be kept inside one project */
function refuseTeamWide(catalog: readonly Tool[], named: ReadonlySet<string>, project: string): void {
  const wide = catalog.find(({ name, reach }) => reach === 'team' && named.has(name));
  if (!wide) return;
  throw new SelectionError(
    `${wide.name} looks over the whole team, and --project ${project} serves one project only. Leave out one of the two.`,
  );
}

/** Whether a toolset holds a tool. */
export function belongsTo(tool: Tool, group: Toolset | SpecialToolset, presets: Presets): boolean {
  const special = SPECIAL_TOOLSETS.find((name) => name === group);
  return special ? SPECIAL[special](tool, presets) : tool.toolset === group;
}

function checkToolset(name: string): Toolset | SpecialToolset {
  const known = [...SPECIAL_TOOLSETS, ...TOOLSETS];
  const found = known.find((toolset) => toolset === name);
  if (found) return found;
  throw new SelectionError(unknown('toolset', name, known));
}

function checkTool(catalog: readonly Tool[], name: string): string {
  const found = catalog.find((tool) => isNamed(tool, name));
  if (found) return found.name;
  throw new SelectionError(
    unknown(
      'tool',
      name,
      catalog.map((tool) => tool.name),
    ),
  );
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  const hint = near ? ` Did you mean "${near}"?` : '';
  return `There is no ${kind} "${name}".${hint} Known: ${known.join(', ')}.`;
}
