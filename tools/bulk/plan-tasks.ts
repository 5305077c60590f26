import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAs, listedAsJson } from '../../src/catalog/listed-as.ts';
import { TASK_TYPES, creationOf } from '../annotation/creation-of.ts';
import { PlanObject, planView, planWords, stepsAfterPlan } from './plan-object.ts';

/** Rows that may come with a call, which travels as one message. */
const MAX_ROWS_IN_CALL = 5_000;

const TaskType = listedAs({ type: 'string' }, z.enum(TASK_TYPES));

const Template = listedAsJson(
  z.record(z.string(), z.unknown()).superRefine((template, context) => {
    for (const name of ['project', 'batch']) {
      if (!(name in template) || (name === 'batch' && isPlace(template[name]))) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `is the same for all rows: give ${name} beside the template`,
      });
    }
  }),
);

/** A batch for each row, by its columns. */
function isPlace(batch: unknown): boolean {
  return typeof batch === 'string' && batch.includes('{{');
}

export const planTasks = defineTool({
  slug: 'SCALE_AI_PLAN_TASKS',
  title: 'Plan many tasks',
  description:
    'Turn a manifest into a plan of many tasks: what would be created, uploaded and charged, which rows are invalid, which exist already. Sends nothing; scale_ai_submit_plan carries it out. For one task use its creator.',
  toolset: 'bulk',
  effect: 'read',
  input: z
    .strictObject({
      type: TaskType.describe('task type, such as imageannotation'),
      template: Template.describe(
        'task parameters; "{{column}}" takes a row’s value, also for batch. attachment: a URL, or a local file to upload. unique_id: a column that tells rows apart, if there is one',
      ),
      project: z.string().min(1).optional(),
      batch: z.string().min(1).optional(),
      manifest_path: z
        .string()
        .min(1)
        .optional()
        .describe('CSV, TSV, JSON or JSONL; or a directory, whose files give the columns path, name, stem'),
      extensions: z.array(z.string().min(1)).min(1).optional().describe('of a directory: jpg, png'),
      group_by: z
        .string()
        .min(1)
        .optional()
        .describe(
          'of a directory: one task of many files, "{{frames}}" in order, "{{name}}". "directory", or a pattern with a group: ^(.+)_\\d+',
        ),
      rows: listedAsJson(
        z
          .array(z.record(z.string(), z.unknown()))
          .min(1)
          .max(MAX_ROWS_IN_CALL, {
            error: `at most ${MAX_ROWS_IN_CALL} rows in a call; put more into a file`,
          }),
        'JSON list of objects',
      )
        .optional()
        .describe('instead of a manifest'),
      labels_path: z
        .string()
        .min(1)
        .optional()
        .describe('labels to start from (see read_labels); alone, its images are the rows: {{file_name}}'),
      labels_as: z.enum(['hypothesis', 'base_annotations']).optional(),
    })
    .refine(
      ({ manifest_path: manifest, rows, labels_path: labels }) =>
        manifest === undefined ? rows !== undefined || labels !== undefined : rows === undefined,
      {
        error: 'give either manifest_path or rows',
        path: ['manifest_path'],
      },
    )
    .refine(({ labels_as: as, labels_path: labels }) => as === undefined || labels !== undefined, {
      error: 'says what labels_path becomes: give labels_path, or leave it out',
      path: ['labels_as'],
    })
    .refine(
      ({ template, batch, project }) =>
        !('batch' in template) || (batch === undefined && project !== undefined),
      {
        error: 'a batch for each row takes project beside the template, and no batch there',
        path: ['batch'],
      },
    ),
  output: { plan: z.looseObject({}).optional() },
  response: PlanObject,
  strictLists: ['rows'],
  example: {
    type: 'imageannotation',
    project: 'road-signs',
    batch: 'road-signs-week-47',
    manifest_path: 'data/week-47.csv',
    template: {
      attachment: '{{image_url}}',
      unique_id: '{{image_id}}',
      metadata: { camera: '{{camera}}' },
    },
  },
  run: (
    { work },
    {
      type,
      manifest_path: manifestPath,
      group_by: groupBy,
      labels_path: labelsPath,
      labels_as: labelsAs,
      ...asked
    },
  ) =>
    work.plans.create({
      ...creationOf(type),
      type,
      manifestPath,
      groupBy,
      labelsPath,
      labelsAs,
      ...asked,
    }),
  summarize: (plan, _input, shaping) => ({
    summary: `${planWords(plan)}. Nothing has been sent.`,
    plan: planView(plan, shaping),
    next_steps: stepsAfterPlan(plan),
  }),
});
