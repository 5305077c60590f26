import * as z from 'zod';
import { ifRead } from '../../src/catalog/answer-forms.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { versionChanges } from './version-changes.ts';
import { wordsAsked } from '../tasks/words-asked.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const text = z.string().optional().catch(undefined);

const Version = z.looseObject({ version: z.number().optional().catch(undefined), created_at: text });

/** A project as Scale returns it; the last entry of `param_history` is in force. */
export const ProjectObject = z
  .looseObject({
    name: text,
    type: text,
    created_at: text,
    archived: z.boolean().optional().catch(undefined),
    rapid: z.boolean().optional().catch(undefined),
    studio: z.boolean().optional().catch(undefined),
    /** Undefined where it was not read: that is no project without parameters. */
    param_history: ifRead(z.array(Version)),
    ontologyHistory: z.array(z.unknown()).optional().catch(undefined),
  })
  .catch({});

export type ProjectObject = z.output<typeof ProjectObject>;

/** Projects are addressed by name. */
export const ProjectName = z.string().min(1).max(512);

export const listProjectsStep: NextStep = {
  tool: 'scale_ai_list_projects',
  arguments: {},
  why: 'the projects that this key sees',
};

/** One line of a list. */
export function projectRow(project: ProjectObject, shaping: Shaping): Record<string, unknown> {
  const current = project.param_history?.at(-1);
  return {
    name: project.name && shaping.bare(project.name),
    type: project.type && shaping.bare(project.type),
    created_at: project.created_at,
    archived: project.archived,
    version: current?.version,
    labels: current && [...wordsAsked(current)].slice(0, 12).map((label) => shaping.bare(label)),
  };
}

/** Versions whose changes are told unless all are asked for. */
const SHOWN_VERSIONS = 8;

/** The project with the parameters in force, and what the last versions, or all of them, changed. */
export function projectView(
  project: ProjectObject,
  shaping: Shaping,
  detail: 'concise' | 'full' = 'concise',
): Record<string, unknown> {
  const versions = project.param_history ?? [];
  const hidden = detail === 'full' ? 0 : Math.max(0, versions.length - SHOWN_VERSIONS);
  const current = versions.at(-1);
  const { version, created_at: since, ...params } = current ?? {};
  const fenced = shaping.fenceJson(params);
  return {
    name: project.name && shaping.bare(project.name),
    type: project.type && shaping.bare(project.type),
    created_at: project.created_at,
    archived: project.archived,
    rapid: project.rapid,
    studio: project.studio,
    current_version: version,
    params: isRecord(fenced) ? fenced : undefined,
    params_since: since,
    earlier_versions: hidden > 0 ? hidden : undefined,
    history: versions.slice(hidden).map(({ version: number, created_at: at, ...now }, index) => {
      const { version: _version, created_at: _at, ...before } = versions[hidden + index - 1] ?? {};
      const isFirst = hidden + index === 0;
      return {
        version: number,
        created_at: at,
        changes: isFirst ? undefined : versionChanges(before, now, shaping),
      };
    }),
    ontology_versions: project.ontologyHistory?.length,
  };
}
