import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { ProjectName } from '../projects/project-object.ts';
import { Emails } from '../team/emails.ts';
import { ProjectGroup, groupView, groupsStep } from './project-group-object.ts';

export const updateProjectGroup = defineTool({
  slug: 'SCALE_AI_UPDATE_PROJECT_GROUP',
  title: 'Update project group',
  description: 'Add members to a group of a Studio project, or remove some. Others stay.',
  toolset: 'studio',
  effect: 'update',
  idempotent: true,
  input: z
    .strictObject({
      project_name: ProjectName,
      group_name: z.string().min(1),
      add_emails: Emails.optional(),
      remove_emails: Emails.optional(),
    })
    .refine(({ add_emails: add, remove_emails: remove }) => add !== undefined || remove !== undefined, {
      path: ['add_emails'],
      error: 'give add_emails, remove_emails or both',
    }),
  output: { group: z.looseObject({}).optional() },
  response: ProjectGroup,
  example: { project_name: 'night-drives', group_name: 'night_shift', add_emails: ['cleo@example.com'] },
  request: ({ project_name, group_name, add_emails = [], remove_emails = [] }) => ({
    method: 'PUT',
    path: ['studio', 'projects', project_name, 'groups', group_name],
    body: { add_emails, remove_emails },
  }),
  summarize: (group, { project_name, group_name, add_emails = [], remove_emails = [] }, shaping) => ({
    summary: `Group ${group_name} of project ${project_name}: ${add_emails.length} added, ${remove_emails.length} removed.`,
    group: groupView(group, shaping),
  }),
  recovery: {
    not_found: ({ project_name }) => [groupsStep(project_name)],
    bad_request: ({ project_name }) => [groupsStep(project_name)],
    unknown: ({ project_name }) => [groupsStep(project_name)],
  },
});
