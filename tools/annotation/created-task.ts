import { conciseTask } from '../tasks/task-view.ts';
import type { Shaping, Summary } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';
import type { TaskObject } from '../tasks/task-object.ts';

const CHARGE = {
  live: 'Labelers will work on it and the Scale account is charged.',
  test: 'It is test data: no labeler sees it and nothing is charged.',
  sandbox: 'It runs in the local sandbox: nothing leaves this machine and nothing is charged.',
} as const;

/** The answer of every task creator: what was made, who pays, and how to follow it. */
export function summarizeCreatedTask(task: TaskObject, noun: string, shaping: Shaping): Summary {
  const where = whereOf(task, shaping);
  const { asked, result, task_id, status, type, project, batch, unique_id, tags } = conciseTask(
    task,
    shaping,
  );
  const name = `${noun} task ${shaping.word(task.task_id, '(Scale gave no id)')}${where}`;
  const state = shaping.word(task.status, 'accepted');
  return {
    summary: shaping.existed
      ? `This request had been made before: ${name} exists and is ${state}. Nothing was created or charged. For another one on purpose, call again with a unique_id of your own.`
      : `Created ${name}; it is ${state}. ${CHARGE[shaping.mode]}`,
    task: { task_id, status, type, project, batch, unique_id, tags, asked, result },
    next_steps: stepsAfter(task),
  };
}

function whereOf(task: TaskObject, shaping: Shaping): string {
  if (task.batch) return ` in batch ${shaping.name(task.batch, 'as asked')}`;
  return task.project ? ` in project ${shaping.name(task.project, 'as asked')}` : '';
}

function stepsAfter(task: TaskObject): NextStep[] {
  const steps: NextStep[] = [];
  if (task.task_id) {
    steps.push({
      tool: 'scale_ai_get_task',
      arguments: { task_id: task.task_id },
      why: 'status and result of this task',
    });
  }
  if (task.batch) {
    steps.push({
      tool: 'scale_ai_get_batch_status',
      arguments: { batch_name: task.batch },
      why: 'progress of the whole batch; a staging batch is not worked on before it is finalized',
    });
  }
  return steps;
}

/** How to go on when a creation failed; the same for every type. */
export const creationRecovery = {
  not_found: (input: { project?: string | undefined; batch?: string | undefined }): NextStep[] => [
    input.batch === undefined
      ? { tool: 'scale_ai_list_projects', arguments: {}, why: 'the projects that this key sees' }
      : { tool: 'scale_ai_list_batches', arguments: {}, why: 'the batches that this key sees' },
  ],
  conflict: (input: { unique_id?: string | undefined }): NextStep[] => existing(input.unique_id),
  unknown: (input: Identified): NextStep[] => findOut(input),
};

interface Identified {
  unique_id?: string | undefined;
  project?: string | undefined;
  batch?: string | undefined;
}

function existing(uniqueId: string | undefined): NextStep[] {
  if (uniqueId === undefined) return [];
  return [
    {
      tool: 'scale_ai_get_task',
      arguments: { unique_id: uniqueId },
      why: 'the task that has this unique_id',
    },
  ];
}

function findOut({ unique_id: uniqueId, project, batch }: Identified): NextStep[] {
  if (uniqueId !== undefined) return existing(uniqueId);
  const scope = batch === undefined ? { project } : { batch };
  return [
    {
      tool: 'scale_ai_list_tasks',
      arguments: { ...scope, limit: 5 },
      why: 'the newest tasks: see whether this one is among them before sending it again',
    },
  ];
}
