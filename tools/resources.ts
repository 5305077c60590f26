/** What can be read by address. Each answers as its tool does. */
import type { ResourceSpec } from '../src/catalog/resource.ts';

/** Characters in one part of an export: with their quotes escaped and a fence around them they fit into an answer. */
export const EXPORT_PART = 30_000;

export const resources: readonly ResourceSpec[] = [
  {
    uriTemplate: 'scale://projects',
    name: 'projects',
    title: 'Projects',
    description: 'All projects with task type and labels.',
    tool: 'scale_ai_list_projects',
    arguments: () => ({ limit: 100 }),
  },
  {
    uriTemplate: 'scale://projects/{name}',
    name: 'project',
    title: 'Project',
    description: 'One project: the parameters its tasks inherit, and what each version changed.',
    tool: 'scale_ai_get_project',
    arguments: ({ name }) => ({ project_name: name }),
    completes: { name: 'project' },
  },
  {
    uriTemplate: 'scale://batches/{name}',
    name: 'batch',
    title: 'Batch',
    description: 'One batch: project, state, callback, metadata.',
    tool: 'scale_ai_get_batch',
    arguments: ({ name }) => ({ batch_name: name }),
    completes: { name: 'batch' },
  },
  {
    uriTemplate: 'scale://batches/{name}/status',
    name: 'batch_status',
    title: 'Batch progress',
    description: 'How many tasks of a batch are pending, completed, failed or canceled.',
    tool: 'scale_ai_get_batch_status',
    arguments: ({ name }) => ({ batch_name: name }),
    watched: ({ name = '' }) => ({ kind: 'batch', name }),
    completes: { name: 'batch' },
  },
  {
    uriTemplate: 'scale://tasks/{id}',
    name: 'task',
    title: 'Task',
    description: 'One task: status, what was asked, the result in short.',
    tool: 'scale_ai_get_task',
    arguments: ({ id }) => ({ task_id: id }),
    watched: ({ id = '' }) => ({ kind: 'task', name: id }),
  },
  {
    uriTemplate: 'scale://tasks/{id}/result',
    name: 'task_result',
    title: 'Task result',
    description: 'The complete result of a task, with every id and attribute.',
    tool: 'scale_ai_get_task_by_id',
    arguments: ({ id }) => ({ task_id: id, fields: ['response'] }),
  },
  {
    uriTemplate: 'scale://tasks/{id}/files/{path}',
    name: 'task_result_file',
    title: 'Stored task result',
    description: 'What is in a stored result file, such as annotations.url.',
    tool: 'scale_ai_get_secure_task_response_url',
    arguments: ({ id, path }) => ({ task_id: id, path }),
  },
  {
    uriTemplate: 'scale://jobs/{id}',
    name: 'job',
    title: 'Job',
    description: 'How far long work is.',
    tool: 'scale_ai_get_job',
    arguments: ({ id }) => ({ job_id: id }),
    watched: ({ id = '' }) => ({ kind: 'job', name: id }),
  },
  {
    uriTemplate: 'scale://jobs/{id}/items',
    name: 'job_items',
    title: 'Items of a job',
    description: 'What became of each row or task of long work.',
    tool: 'scale_ai_get_job',
    arguments: ({ id }) => ({ job_id: id, items: 'all', limit: 500, detail: 'full' }),
  },
  {
    uriTemplate: 'scale://exports/{id}/{part}',
    name: 'export_part',
    title: 'Part of an export',
    description:
      'A part of the JSON Lines of an export; parts count from 1, and one after the other they are the whole.',
    tool: 'scale_ai_get_job',
    arguments: ({ id, part }) => ({
      job_id: id,
      items: 'exported',
      offset: Math.max(0, Number(part) - 1) * EXPORT_PART,
      detail: 'full',
    }),
  },
];
