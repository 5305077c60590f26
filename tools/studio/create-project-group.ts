import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { ProjectName, listProjectsStep } from '../projects/project-object.ts';
import { Emails } from '../team/emails.ts';
import { ProjectGroup, groupView, groupsStep } from './project-group-object.ts';

export const createProjectGroup = defineTool({
  slug: 'SCALE_AI_CREATE_PROJECT_GROUP',
  title: 'Create project group',
  description:
    'Make a group of labelers in a Studio project, to which batches can be given. Members must be assigned to the project before.',
  toolset: 'studio',
  effect: 'create',
  input: z.strictObject({ project_name: ProjectName, name: z.string().min(1), emails: Emails }),
  output: { group: z.looseObject({}).optional() },
  response: ProjectGroup,
  example: { project_name: 'night-drives', name: 'night_shift', emails: ['cleo@example.com'] },
  request: ({ project_name, ...body }) => ({
    method: 'POST',
    path: ['studio', 'projects', project_name, 'groups'],
    body,
  }),
  summarize: (group, { project_name, name, emails }, shaping) => ({
    summary: `Made group ${name} in project ${project_name} with ${count(emails.length, 'member')}.`,
    group: groupView(group, shaping),
    next_steps: [groupsStep(project_name)],
  }),
  recovery: {
    not_found: () => [listProjectsStep],
    bad_request: ({ project_name }) => [
      {
        tool: 'scale_ai_get_studio_assignments',
        arguments: { project: project_name },
        why: 'who is assigned to the project',
      },
    ],
    unknown: ({ project_name }) => [groupsStep(project_name)],
  },
});
