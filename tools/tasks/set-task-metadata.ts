import * as z from 'zod';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { UnreadAnswer } from '../../src/catalog/unread-answer.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { mergePatch } from '../../src/catalog/merge-patch.ts';
import { Metadata } from '../annotation/fields/common-task-fields.ts';
import { count } from '../count.ts';
import { isSame, readChangeWrite } from '../read-change-write.ts';
import { TaskId, listTasksStep } from './task-lookup.ts';
import { KnownTask, TaskObject } from './task-object.ts';
import { taskRow } from './task-view.ts';

/** What was wanted, and the task as Scale answered. */
const Written = z.object({ wanted: z.record(z.string(), z.unknown()), task: TaskObject });

export const setTaskMetadata = defineTool({
  slug: 'SCALE_AI_SET_TASK_METADATA',
  title: 'Set task metadata',
  description:
    'Replace the key-value metadata of a task, whatever its status; with merge, change only the entries given.',
  toolset: 'tasks',
  effect: 'update',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({
    task_id: TaskId,
    metadata: Metadata.describe('at most 10 KB'),
    merge: z.boolean().optional().describe('keep other entries; null removes one'),
  }),
  output: { task: z.looseObject({}).optional() },
  response: Written,
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', metadata: { reviewed: true } },
  async reconcile({ read }, { task_id, metadata, merge = false }) {
    const task = readAnswer(KnownTask, await read(['task', task_id]), 'a task');
    const now = metadataOf(task);
    const isDone = isSame(merge ? mergePatch(now, metadata) : metadata, now);
    return isDone ? { answer: task } : 'not_done';
  },
  async run(context, { task_id, metadata, merge = false }) {
    const path = ['task', task_id];
    const write = (body: unknown): Promise<unknown> =>
      context.send({ method: 'POST', path: [...path, 'setMetadata'], body });
    if (!merge) return { wanted: metadata, task: await write(metadata) };
    const { before, answer, after } = await readChangeWrite(context, {
      what: `The metadata of task ${task_id}`,
      object: `task/${task_id}`,
      read: async () => {
        const answer = await context.send({ method: 'GET', path });
        return metadataOf(readAnswer(KnownTask, answer, 'a task'));
      },
      write: (now) => write(withinSize(mergePatch(now, metadata))),
      holds: (now) => isSame(mergePatch(now, metadata), now),
    });
    const isKept = after === undefined || isSame(mergePatch(after, metadata), after);
    const task = { ...(isRecord(answer) ? answer : {}), ...(after && { metadata: after }) };
    return { wanted: isKept && after ? after : mergePatch(before, metadata), task };
  },
  summarize: ({ wanted, task }, { task_id, merge }, shaping) => ({
    summary: `Task ${task_id} now has ${count(Object.keys(wanted).length, 'metadata entry', 'metadata entries')}; ${merge ? 'those that were not named stay' : 'earlier ones are gone'}.${changedSince(task, wanted)}`,
    task: {
      ...taskRow(task, shaping),
      metadata: task.metadata && shaping.untrusted(JSON.stringify(task.metadata), 1_000),
    },
  }),
  recovery: {
    not_found: () => [listTasksStep],
    unknown: ({ task_id }) => [
      { tool: 'scale_ai_get_task', arguments: { task_id }, why: 'whether the change was made' },
    ],
  },
});

/** @throws RefusedArguments for entries that are too much together with those that stay */
function withinSize(merged: Record<string, unknown>): Record<string, unknown> {
  const { success, error } = Metadata.safeParse(merged);
  if (success) return merged;
  const [issue] = error.issues;
  const message = `does not fit together with the entries that stay: ${issue?.message ?? 'too much'}`;
  throw new RefusedArguments([
    { path: 'metadata', message, allowed: 'fewer entries, or null for some that stay' },
  ]);
}

/** @throws UnreadAnswer for metadata of another form: what is merged into nothing replaces it */
function metadataOf({ metadata, unread }: TaskObject): Record<string, unknown> {
  if (unread?.['metadata'] !== undefined) throw new UnreadAnswer('metadata of entries', unread['metadata']);
  return metadata ?? {};
}

function changedSince({ metadata }: TaskObject, wanted: unknown): string {
  if (metadata === undefined || isSame(metadata, wanted)) return '';
  return ' Scale shows other entries than were written: somebody else may have changed them at the same moment.';
}
