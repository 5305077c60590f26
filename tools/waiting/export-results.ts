import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { EXPORT_FORMATS, FormatReport } from '../../src/catalog/export-formats.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { JobObject, WaitSeconds, hasEnded, jobSteps, jobView, jobWords } from '../bulk/job-object.ts';
import { count } from '../count.ts';
import { DateTime, refuseEmptyRange, untilWords } from '../date-time.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { EXPORT_PART } from '../resources.ts';
import { TaskId } from '../tasks/task-lookup.ts';
import type { Shaping, Summary } from '../../src/catalog/tool.ts';

const Exported = z.object({
  job: JobObject,
  exported: z
    .looseObject({
      tasks: z.number(),
      bytes: z.number(),
      characters: z.number(),
      statuses: z.record(z.string(), z.number()),
      labels: z.record(z.string(), z.number()),
      gaps: z.array(z.object({ task_id: z.string(), path: z.string(), reason: z.string() })),
      gap_count: z.number(),
      until: z.string().optional(),
      not_taken: z.record(z.string(), z.number()).optional(),
      file: z.string().optional(),
      is_first: z.boolean().optional(),
      report: FormatReport.optional(),
    })
    .optional(),
});

export const exportResults = defineTool({
  slug: 'SCALE_AI_EXPORT_RESULTS',
  title: 'Export results',
  description:
    'Write a task, a batch, or a project’s tasks with their results to JSON Lines, or as a folder for training. Goes on by itself; the same call shows or continues it. since_last takes what is new since the same call before; the first time, all.',
  toolset: 'results',
  effect: 'read',
  input: z
    .strictObject({
      task_id: TaskId.optional(),
      batch: z.string().min(1).optional(),
      project: z.string().min(1).optional(),
      status: z.enum(['completed', 'error', 'pending', 'canceled']).default('completed'),
      type: z.string().min(1).optional(),
      tags: z.array(z.string().min(1)).min(1).optional(),
      completed_after: DateTime.optional(),
      completed_before: DateTime.optional(),
      updated_after: DateTime.optional(),
      since_last: z.boolean().optional(),
      files: z.boolean().default(true).describe('fetch stored result files'),
      format: z.enum(EXPORT_FORMATS).default('jsonl'),
      classes: z.array(z.string().min(1)).min(1).optional().describe('in order; "vehicle=car|truck" merges'),
      split: z.string().min(1).optional().describe('0.8/0.1/0.1, batch or metadata.KEY'),
      seed: z.number().int().default(0),
      images: z.enum(['link', 'copy']).default('link'),
      inexpressible: z.enum(['convert', 'skip', 'fail']).default('convert'),
      output_path: z.string().min(1).optional().describe('a new file or folder'),
      wait_seconds: WaitSeconds,
    })
    .refine(
      ({ task_id: task, batch, project }) =>
        task !== undefined || batch !== undefined || project !== undefined,
      {
        path: ['batch'],
        error: 'give task_id, batch or project',
      },
    )
    .superRefine(refuseEmptyRange)
    .superRefine(({ format, classes, split, images }, context) => {
      if (format !== 'jsonl') return;
      for (const [name, isGiven] of Object.entries({ classes, split, images: images === 'copy' })) {
        if (isGiven === undefined || isGiven === false) continue;
        const message =
          'is for other formats than jsonl, which holds everything as Scale has it: name a format';
        context.addIssue({ code: 'custom', path: [name], message });
      }
    }),
  output: { job: z.looseObject({}).optional(), exported: z.looseObject({}).optional() },
  response: Exported,
  example: { batch: 'road-signs-week-10' },
  run: (
    { work },
    {
      task_id: taskId,
      since_last: sinceLast = false,
      files,
      output_path,
      wait_seconds,
      format,
      classes,
      split,
      seed,
      images,
      inexpressible,
      ...query
    },
  ) =>
    work.exports.start({
      taskId,
      query: present(query),
      files,
      sinceLast,
      outputPath: output_path,
      form: format === 'jsonl' ? undefined : { format, classes, split, seed, images, inexpressible },
      waitSeconds: wait_seconds,
    }),
  summarize({ job, exported }, input, shaping) {
    const why = !hasEnded(job)
      ? 'waits for the rest'
      : job.reason === undefined
        ? 'goes on where it broke off'
        : 'goes on where it broke off, once changed in what the reason names';
    const again = { tool: 'scale_ai_export_results', arguments: { ...input }, why };
    if (!exported) {
      return { summary: jobWords(job), job: jobView(job, shaping), next_steps: jobSteps(job, again) };
    }
    const {
      tasks,
      bytes,
      characters,
      labels,
      gaps,
      gap_count: missing,
      until,
      file,
      not_taken,
      is_first: isFirst = false,
      report,
      ...rest
    } = exported;
    if (report) return formatAnswer(report, { job, file, until: untilWords(input) }, shaping);
    const where =
      file === undefined
        ? `read it as ${partUri(job.job_id, '1')} and on`
        : 'the file holds one task per line';
    return {
      summary: `Exported ${count(tasks, `${kindOf(exported.statuses, input)} task`)} (${bytes} bytes); ${where}.${isFirst ? FIRST : ''}${notTaken(not_taken, input)}${missing > 0 ? ` ${count(missing, 'file')} of results could not be fetched.` : ''}${untilWords(input)}`,
      exported: {
        file,
        parts: file === undefined ? Math.ceil(characters / EXPORT_PART) : undefined,
        tasks,
        bytes,
        until,
        not_taken,
        ...rest,
        labels: shaping.fenceJson(
          labels,
          new Set(Object.keys(labels).filter((name) => shaping.bare(name) === name)),
        ),
        gap_count: missing > 0 ? missing : undefined,
        gaps: gaps.length > 0 ? shaping.fenceJson(gaps) : undefined,
      },
      job: { job_id: shaping.bare(job.job_id), state: job.state },
      next_steps: [],
    };
  },
  recovery: {
    not_found: ({ batch, project }) => [
      ...(batch === undefined ? [] : [listBatchesStep]),
      ...(batch === undefined || project !== undefined ? [listProjectsStep] : []),
    ],
  },
});

type Job = z.output<typeof Exported>['job'];

/** What stands in the folder, and what of the results does not. */
function formatAnswer(
  report: FormatReport,
  { job, file, until }: { job: Job; file: string | undefined; until: string },
  shaping: Shaping,
): Summary {
  const { format, tasks, annotations, classes, splits, converted, skipped, tasks_left_out: leftOut } = report;
  const { images_missing: missing, left_out: problems } = report;
  const named = (some: Readonly<Record<string, number>>): unknown =>
    Object.keys(some).length === 0
      ? undefined
      : shaping.fenceJson(some, new Set(Object.keys(some).filter((name) => shaping.bare(name) === name)));
  const losses = [
    ...Object.entries(converted).map(([what, many]) => `${many} × ${what}`),
    ...Object.entries(skipped).map(([what, many]) => `${many} × ${what} left out`),
  ];
  const parts = Object.keys(splits).length > 1 ? ` in ${Object.keys(splits).length} parts` : '';
  return {
    summary: `Exported ${count(tasks, 'task')} with ${count(annotations, 'annotation')} as ${format}${parts}.${losses.length > 0 ? ` Not as it was: ${losses.join(', ')}.` : ''}${leftOut > 0 ? ` ${count(leftOut, 'task')} could not be taken along; the reasons stand under "left_out".` : ''}${missing > 0 ? ` ${count(missing, 'image')} could not be copied.` : ''}${until}`,
    exported: {
      folder: file,
      format,
      tasks,
      annotations,
      classes: named(classes),
      splits: named(splits),
      tasks_left_out: leftOut > 0 ? leftOut : undefined,
      left_out: problems.length > 0 ? shaping.fenceJson(problems) : undefined,
    },
    job: { job_id: shaping.bare(job.job_id), state: job.state },
    next_steps: [],
  };
}

const FIRST = ' This is the first export by this call, so it holds all; the next takes what is new since.';

const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
  ['completed', 'completed'],
  ['error', 'failed'],
  ['pending', 'pending'],
  ['canceled', 'canceled'],
]);

interface Filters {
  task_id?: string | undefined;
  batch?: string | undefined;
  status: string;
}

/** The status that was taken; a single task is taken whatever its status. */
function kindOf(statuses: Readonly<Record<string, number>>, { task_id: task, status }: Filters): string {
  const [found = status] = task === undefined ? [] : Object.keys(statuses);
  return STATUS_WORDS.get(found) ?? 'other';
}

/** What the batch or project holds beside, so that nobody takes the export for all of it. */
function notTaken(others: Readonly<Record<string, number>> = {}, { batch }: Filters): string {
  const words = [...STATUS_WORDS].flatMap(([status, word]) => {
    const tasks = others[status] ?? 0;
    return tasks > 0 ? [`${tasks} ${word}`] : [];
  });
  const whole = batch === undefined ? 'project' : 'batch';
  return words.length === 0 ? '' : ` Of the same ${whole} not in it: ${words.join(', ')}.`;
}

function partUri(jobId: string, part: string): string {
  return `scale://exports/${jobId}/${part}`;
}

function present(
  query: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
