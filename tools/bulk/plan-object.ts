import * as z from 'zod';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const Reasons = z.array(z.object({ reason: z.string(), count: z.number(), lines: z.array(z.number()) }));

/** What a plan holds; see PlanView. */
export const PlanObject = z.looseObject({
  plan_id: z.string(),
  type: z.string(),
  project: z.string().optional(),
  batch: z.string().optional(),
  new_batch: z.boolean().optional(),
  batches: z.array(z.object({ name: z.string(), tasks: z.number(), is_new: z.boolean() })).optional(),
  source: z.string(),
  also: z.string().optional(),
  rows_read: z.number(),
  to_create: z.number(),
  invalid: z.number(),
  reasons: Reasons,
  doubts: Reasons.default([]),
  invalid_rows_file: z.string().optional(),
  prelabels: z
    .object({
      form: z.string(),
      member: z.string(),
      images: z.number(),
      rows_with: z.number(),
      rows_without: z.number(),
      annotations: z.number(),
      unused_images: z.number(),
      beyond_image: z.object({ count: z.number(), lines: z.array(z.number()) }),
      not_as_it_is: z.record(z.string(), z.number()),
    })
    .optional(),
  already_there: z.record(z.string(), z.number()),
  not_looked_up: z.number(),
  uploads: z.object({ files: z.number(), bytes: z.number() }),
  estimated_cost: z.string().optional(),
  sample: z.record(z.string(), z.unknown()).optional(),
});

export type PlanObject = z.output<typeof PlanObject>;

/** Reasons that are shown; the file holds every row. */
const MAX_REASONS = 10;

export function alreadyThere({ already_there: byStatus }: Pick<PlanObject, 'already_there'>): number {
  return Object.values(byStatus).reduce((sum, number) => sum + number, 0);
}

export function planView(plan: PlanObject, shaping: Shaping): Record<string, unknown> {
  const {
    project,
    batch,
    source,
    also,
    reasons,
    doubts,
    sample,
    uploads,
    already_there: there,
    ...others
  } = plan;
  const { attachments: _shownToPersons, asks: _askedOfPersons, ...rest } = others;
  return {
    ...rest,
    project: project === undefined ? undefined : shaping.bare(project),
    batch: batch === undefined ? undefined : shaping.bare(batch),
    new_batch: plan.new_batch || undefined,
    batches: plan.batches?.map(({ name, tasks, is_new: isNew }) => ({
      name: shaping.bare(name),
      tasks,
      is_new: isNew || undefined,
    })),
    source: shaping.bare(source),
    also: also === undefined ? undefined : shaping.untrusted(also, 400),
    already_there: alreadyThere(plan) > 0 ? there : undefined,
    not_looked_up: plan.not_looked_up > 0 ? plan.not_looked_up : undefined,
    uploads: uploads.files > 0 ? uploads : undefined,
    prelabels: prelabelsView(plan.prelabels, shaping),
    reasons: reasons
      .slice(0, MAX_REASONS)
      .map(({ reason, ...group }) => ({ ...group, reason: shaping.untrusted(reason, 400) })),
    doubts: doubts.length > 0 ? doubts.slice(0, MAX_REASONS) : undefined,
    sample: shaping.fenceJson(sample),
  };
}

function prelabelsView(prelabels: PlanObject['prelabels'], shaping: Shaping): unknown {
  if (!prelabels) return undefined;
  const { beyond_image: beyond, not_as_it_is: notes, unused_images: unused, ...rest } = prelabels;
  return {
    ...rest,
    unused_images: unused > 0 ? unused : undefined,
    beyond_image: beyond.count > 0 ? beyond : undefined,
    not_as_it_is:
      Object.keys(notes).length > 0
        ? Object.entries(notes).map(([reason, many]) => ({
            reason: shaping.untrusted(reason, 200),
            count: many,
          }))
        : undefined,
  };
}

/** What would be sent, in a sentence. */
export function planWords(plan: PlanObject, read = 'row'): string {
  const { rows_read: rows, to_create: toCreate, invalid, type, uploads, estimated_cost: cost } = plan;
  const there = alreadyThere(plan);
  return [
    `${count(rows, read)} read: ${count(toCreate, `${type} task`)} would be created${inBatches(plan)}`,
    ...(there > 0 ? [`${there} exist already${byStatus(plan.already_there)}`] : []),
    ...(invalid > 0 ? [`${invalid} cannot be sent`] : []),
    ...(doubtful(plan) > 0 ? [`${doubtful(plan)} may be of another kind, as their URLs end`] : []),
    ...(uploads.files > 0 ? [`${count(uploads.files, 'file')} would be uploaded`] : []),
    ...prelabelWords(plan),
    ...(cost === undefined ? [] : [`estimated cost ${cost}`]),
  ].join(', ');
}

function prelabelWords({ prelabels }: PlanObject): string[] {
  if (!prelabels) return [];
  const { annotations, form, rows_with: rows, rows_without: without, beyond_image: beyond } = prelabels;
  return [
    `${count(annotations, 'annotation')} of ${form} for ${count(rows, 'row')}`,
    ...(without > 0 ? [`${without} rows have no labels`] : []),
    ...(beyond.count > 0 ? [`${beyond.count} have labels beyond their image`] : []),
  ];
}

/** Tasks whose URLs end like files of another kind. */
function doubtful({ doubts }: Pick<PlanObject, 'doubts'>): number {
  return doubts.reduce((sum, { count: tasks }) => sum + tasks, 0);
}

function inBatches({ batches }: PlanObject): string {
  if (!batches) return '';
  const made = batches.filter((batch) => batch.is_new).length;
  return ` in ${count(batches.length, 'batch', 'batches')}${made > 0 ? `, ${made} of them made first` : ''}`;
}

function byStatus(there: PlanObject['already_there']): string {
  return ` (${Object.entries(there)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ')})`;
}

/** What can be done with a plan. */
export function stepsAfterPlan(plan: PlanObject): NextStep[] {
  const { plan_id, to_create, invalid, batch, already_there: there } = plan;
  const submit: NextStep = {
    tool: 'scale_ai_submit_plan',
    arguments: { plan_id },
    why: 'creates these tasks, once the user has agreed',
  };
  const look: NextStep = {
    tool: 'scale_ai_get_job',
    arguments: { job_id: plan_id, items: 'invalid' },
    why: 'the invalid rows, one by one',
  };
  const free: NextStep = {
    tool: 'scale_ai_cancel_batch',
    arguments: { batch_name: batch, clear_unique_ids: true },
    why: 'frees the unique_ids of canceled tasks, so that they can be created anew; cancels what is pending too',
  };
  const isHeld = batch !== undefined && (there['canceled'] ?? 0) > 0 && (there['pending'] ?? 0) === 0;
  return [...(to_create > 0 ? [submit] : []), ...(invalid > 0 ? [look] : []), ...(isHeld ? [free] : [])];
}
