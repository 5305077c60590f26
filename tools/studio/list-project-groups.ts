import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { ProjectName, listProjectsStep } from '../projects/project-object.ts';
import { ProjectGroups, groupView } from './project-group-object.ts';

export const listProjectGroups = defineTool({
  slug: 'SCALE_AI_LIST_PROJECT_GROUPS',
  title: 'List project groups',
  description: 'The groups of labelers of a Studio project, with their members.',
  toolset: 'studio',
  effect: 'read',
  input: z.strictObject({ project_name: ProjectName }),
  output: { groups: z.array(z.looseObject({})).optional(), total: z.number().optional() },
  response: ProjectGroups,
  example: { project_name: 'night-drives' },
  request: ({ project_name }) => ({ method: 'GET', path: ['studio', 'projects', project_name, 'groups'] }),
  summarize: (groups, { project_name }, shaping) => ({
    summary: `Project ${project_name} has ${count(groups.length, 'group')}.`,
    total: groups.length,
    groups: groups.map((group) => groupView(group, shaping)),
  }),
  recovery: { not_found: () => [listProjectsStep] },
});
