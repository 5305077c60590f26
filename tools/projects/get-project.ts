import * as z from 'zod';
import { knownBy } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { Detail } from '../tasks/task-lookup.ts';
import { ProjectName, ProjectObject, listProjectsStep, projectView } from './project-object.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

export const getProject = defineTool({
  slug: 'SCALE_AI_GET_PROJECT',
  title: 'Get project',
  description:
    'Show one project: task type, the parameters its tasks inherit now, and what the last versions changed (`detail: "full"`: all).',
  toolset: 'projects',
  effect: 'read',
  input: z.strictObject({ project_name: ProjectName, detail: Detail.optional() }),
  output: { project: z.looseObject({}).optional() },
  response: knownBy(ProjectObject, 'name', 'type', 'param_history'),
  example: { project_name: 'road-signs' },
  request: ({ project_name }) => ({ method: 'GET', path: ['projects', project_name] }),
  summarize(project, input, shaping) {
    const view = projectView(project, shaping, input.detail);
    return {
      summary: `Project ${input.project_name} holds ${shaping.word(project.type, 'unknown')} tasks. ${inheritedBy(project)}`,
      project: view,
      next_steps: [
        ...(view['earlier_versions'] === undefined ? [] : [allVersionsStep(input.project_name)]),
        { tool: 'scale_ai_list_batches', arguments: { project: input.project_name }, why: 'its batches' },
        { tool: 'scale_ai_list_tasks', arguments: { project: input.project_name }, why: 'its tasks' },
      ],
    };
  },
  recovery: { not_found: () => [listProjectsStep] },
});

function inheritedBy({ param_history: versions }: ProjectObject): string {
  if (!versions) return 'Which parameters its tasks inherit does not show in what Scale answered.';
  if (versions.length === 0) return 'Its tasks inherit no parameters.';
  return `Its tasks inherit version ${versions.at(-1)?.version ?? versions.length - 1} of its parameters.`;
}

function allVersionsStep(name: string): NextStep {
  return {
    tool: 'scale_ai_get_project',
    arguments: { project_name: name, detail: 'full' },
    why: 'what the earlier versions changed',
  };
}
