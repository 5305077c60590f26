import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { ProjectName, ProjectObject, listProjectsStep, projectView } from './project-object.ts';

const Input = z
  .strictObject({
    project_name: ProjectName,
    params: z
      .record(z.string(), z.unknown())
      .describe('task parameters, such as instruction, geometries, annotation_attributes'),
    patch: z.boolean().optional().describe('true merges over the present ones; otherwise all are replaced'),
  })
  .refine(({ params }) => Object.keys(params).length > 0, {
    path: ['params'],
    error: 'is empty; without patch this would remove every default of the project',
  })
  .refine(({ params }) => !('patch' in params), {
    path: ['params', 'patch'],
    error: 'belongs beside params, not inside',
  });

export const setProjectParameters = defineTool({
  slug: 'SCALE_AI_SET_PROJECT_PARAMETERS',
  title: 'Set project parameters',
  description:
    'Set the defaults that future tasks of a project inherit, as a new version. Replaces the whole set unless patch is true; existing tasks keep theirs.',
  toolset: 'projects',
  effect: 'update',
  consequences: ['replaces'],
  input: Input,
  output: { project: z.looseObject({}).optional() },
  response: ProjectObject,
  example: {
    project_name: 'road-signs',
    params: { instruction: 'Draw a tight box around every traffic sign.' },
    patch: true,
  },
  request: ({ project_name, params, patch }) => ({
    method: 'POST',
    path: ['projects', project_name, 'setParams'],
    body: { ...params, patch: patch ?? false },
  }),
  summarize(project, input, shaping) {
    const names = Object.keys(input.params).join(', ');
    const how = input.patch ? 'Merged' : 'Replaced all parameters with';
    return {
      summary: `${how} ${names} for project ${input.project_name}; version ${project.param_history.at(-1)?.version ?? 'unknown'} is now in force for new tasks.`,
      project: projectView(project, shaping),
    };
  },
  recovery: {
    not_found: () => [listProjectsStep],
    unknown: ({ project_name }) => [
      {
        tool: 'scale_ai_get_project',
        arguments: { project_name },
        why: 'whether the new version is in force',
      },
    ],
  },
});
