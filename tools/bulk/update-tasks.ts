import * as z from 'zod';
import { Metadata, Tags } from '../annotation/fields/common-task-fields.ts';
import { defineBulkChange } from './define-bulk-change.ts';
import { NOT_MEANT, failedTasksInput, isMeant } from './failed-tasks.ts';
import { WaitSeconds } from './job-object.ts';

export const updateTasks = defineBulkChange({
  slug: 'SCALE_AI_UPDATE_TASKS',
  title: 'Update many tasks',
  description:
    'Set or merge metadata, add or remove tags of all tasks of a batch, a project or a list, whatever their status. Goes on by itself. For one task use scale_ai_set_task_metadata or scale_ai_add_task_tags.',
  consequences: ['replaces'],
  idempotent: true,
  input: z
    .strictObject({
      ...failedTasksInput,
      status: z.enum(['pending', 'completed', 'error', 'canceled']).optional(),
      metadata: Metadata.optional(),
      merge: z.boolean().default(true).describe('keep entries that are not named; null removes one'),
      add_tags: Tags.min(1).optional(),
      remove_tags: z.array(z.string().min(1)).min(1).optional(),
      wait_seconds: WaitSeconds,
    })
    .refine(isMeant, NOT_MEANT)
    .refine((input) => input.metadata ?? input.add_tags ?? input.remove_tags, {
      path: ['metadata'],
      error: 'give metadata, add_tags or remove_tags: what is to be changed',
    }),
  example: { batch: 'road-signs-week-10', metadata: { reviewed: true }, add_tags: ['night'] },
  statuses: ({ status }) => (status === undefined ? undefined : [status]),
  verb: () => 'Update',
  steps: ({ metadata, merge, add_tags: added, remove_tags: removed }) => [
    ...(metadata ? [{ tool: 'scale_ai_set_task_metadata', arguments: { metadata, merge } }] : []),
    ...(removed ? [{ tool: 'scale_ai_delete_task_tags', arguments: { tags: removed } }] : []),
    ...(added ? [{ tool: 'scale_ai_add_task_tags', arguments: { tags: added } }] : []),
  ],
  outcome: () => 'updated',
  details: ({ metadata, merge, add_tags: added, remove_tags: removed }) => ({
    ...(metadata && { [merge ? 'Merges metadata' : 'Replaces all metadata by']: JSON.stringify(metadata) }),
    ...(removed && { 'Removes tags': removed.join(', ') }),
    ...(added && { 'Adds tags': added.join(', ') }),
  }),
});
