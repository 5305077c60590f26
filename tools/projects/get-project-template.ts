import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { ProjectName, listProjectsStep } from './project-object.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

const Template = z
  .looseObject({
    id: z.string().optional().catch(undefined),
    version: z.unknown().optional(),
    template_variables: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })
  .refine(({ id, template_variables: variables }) => (id ?? variables) !== undefined);

function variablesOf({ template_variables: variables }: z.output<typeof Template>, shaping: Shaping): string {
  if (!variables) return 'does not show variables in a form that is read here; see "template"';
  const names = Object.keys(variables).map((name) => shaping.name(name, ''));
  return names.length === 0 ? 'has no variables' : `has the variables ${names.join(', ')}`;
}

export const getProjectTemplate = defineTool({
  slug: 'SCALE_AI_GET_PROJECT_TEMPLATE',
  title: 'Get project template',
  description:
    'The task template of a textcollection or chat project: the variables that its tasks take and the form of the response.',
  toolset: 'projects',
  effect: 'read',
  input: z.strictObject({ project_name: ProjectName }),
  output: { template: z.looseObject({}).optional() },
  response: Template,
  example: { project_name: 'menus' },
  request: ({ project_name }) => ({ method: 'GET', path: ['projects', project_name, 'taskTemplates'] }),
  summarize(template, { project_name }, shaping) {
    return {
      summary: `The template of project ${project_name} ${variablesOf(template, shaping)}.`,
      template: shaping.fenceJson(template),
    };
  },
  recovery: {
    not_found: () => [listProjectsStep],
    bad_request: ({ project_name }) => [
      {
        tool: 'scale_ai_get_project',
        arguments: { project_name },
        why: 'its task type: only textcollection and chat have a template',
      },
    ],
  },
});
