import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { TaskParameters } from '../annotation/fields/task-parameters.ts';
import { oncePerName } from '../once-per-name.ts';
import { ProjectName, ProjectObject, listProjectsStep, projectView } from './project-object.ts';

const Input = z
  .strictObject({
    name: ProjectName,
    type: z.string().min(1).describe('such as imageannotation'),
    params: listedAsJson(TaskParameters).optional().describe('task defaults: {"instruction": …}'),
    rapid: z.boolean().optional(),
    studio: z.boolean().optional().describe('own labelers'),
    pipeline: z.enum(['standard_task', 'consensus_task']).optional(),
    consensus_attempts: z.int().min(1).optional(),
    datasetId: z.string().min(1).optional(),
  })
  .superRefine((input, context) => {
    if (input.rapid && input.studio) {
      context.addIssue({ code: 'custom', path: ['studio'], message: 'a project is either rapid or studio' });
    }
    if (input.pipeline && !input.studio) {
      context.addIssue({ code: 'custom', path: ['pipeline'], message: 'is for studio projects only' });
    }
  });

export const createProject = defineTool({
  slug: 'SCALE_AI_CREATE_PROJECT',
  title: 'Create project',
  description: 'Make a project: tasks of one type with shared defaults. Look with list_projects first. Free.',
  toolset: 'projects',
  effect: 'create',
  reach: 'team',
  input: Input,
  output: { project: z.looseObject({}).optional() },
  response: ProjectObject,
  example: {
    name: 'road-signs',
    type: 'imageannotation',
    params: { geometries: { box: { objects_to_annotate: ['traffic_sign', 'car'] } } },
  },
  request: (input) => ({ method: 'POST', path: ['projects'], body: input }),
  idempotency: (request, { name }) =>
    oncePerName(
      request,
      { name, notShown: ['pipeline', 'consensus_attempts', 'datasetId'] },
      () => ({
        tool: 'scale_ai_get_project',
        arguments: { project_name: name },
        why: 'whether the project exists',
      }),
      (existing) => ({ ...existing, params: ProjectObject.parse(existing).param_history?.at(-1) }),
    ),
  summarize: (project, input, shaping) => ({
    summary: `${shaping.existed ? 'There was this project already; nothing was made:' : 'Created project'} ${input.name} for ${input.type} tasks${input.params ? ' with default parameters' : ''}.`,
    project: projectView(project, shaping),
    next_steps: [
      {
        tool: 'scale_ai_create_batch',
        arguments: { project: input.name, name: `${input.name}-1` },
        why: 'group the first tasks so that they can be followed together',
      },
    ],
  }),
  recovery: {
    conflict: ({ name }) => [
      {
        tool: 'scale_ai_get_project',
        arguments: { project_name: name },
        why: 'the project that has this name',
      },
    ],
    unknown: ({ name }) => [
      {
        tool: 'scale_ai_get_project',
        arguments: { project_name: name },
        why: 'whether the project was created',
      },
      listProjectsStep,
    ],
  },
});
