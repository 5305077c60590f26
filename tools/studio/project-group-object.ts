import * as z from 'zod';
import { listOf } from '../../src/catalog/answer-forms.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const text = z.string().optional().catch(undefined);

/** A group of labelers of a Studio project as Scale returns it. */
export const ProjectGroup = z
  .looseObject({
    id: text,
    name: text,
    numWorkers: z.number().optional().catch(undefined),
    isSingleton: z.boolean().optional().catch(undefined),
    workers: z
      .array(z.looseObject({ email: text }))
      .optional()
      .catch(undefined),
  })
  .catch({});

export const ProjectGroups = listOf(ProjectGroup, 'name', 'id');

export function groupView(group: z.output<typeof ProjectGroup>, shaping: Shaping): Record<string, unknown> {
  return {
    name: group.name && shaping.bare(group.name),
    id: group.id && shaping.bare(group.id),
    members: group.numWorkers,
    emails: group.workers?.flatMap(({ email }) => (email === undefined ? [] : [shaping.bare(email)])),
    single_person: group.isSingleton || undefined,
  };
}

export function groupsStep(projectName: string): NextStep {
  return {
    tool: 'scale_ai_list_project_groups',
    arguments: { project_name: projectName },
    why: 'the groups of the project as they are now',
  };
}
