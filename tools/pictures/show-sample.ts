import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { count } from '../count.ts';
import { LABELS_PAGE } from '../pages.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { PictureBlock } from './picture-block.ts';

const Range = z.object({ least: z.number(), median: z.number(), most: z.number() });

const Sample = z.object({
  looked_at: z.number(),
  fitting: z.number(),
  more: z.boolean(),
  seed: z.number(),
  statistics: z.object({
    annotations_per_task: Range,
    labels: z.record(z.string(), z.number()),
    box_side_px: Range.optional(),
    odd: z.record(z.string(), z.number()),
  }),
  tiles: z.array(
    z.object({
      tile: z.number(),
      task_id: z.string(),
      annotations: z.number(),
      odd: z.array(z.string()),
      notes: z.array(z.string()),
    }),
  ),
  picture: PictureBlock,
});

export const showSample = defineTool({
  slug: 'SCALE_AI_SHOW_SAMPLE',
  title: 'Show sample',
  description:
    'Show completed tasks of a batch or project on a contact sheet, at random or odd ones (tiny, huge or doubled boxes, unusual counts).',
  toolset: 'results',
  effect: 'read',
  input: z
    .strictObject({
      batch: z.string().min(1).optional(),
      project: z.string().min(1).optional(),
      choose: z.enum(['random', 'odd']).default('random'),
      label: z.string().min(1).optional(),
      review_status: z.enum(['pending', 'accepted', 'fixed', 'rejected', 'commented']).optional(),
      count: z.number().int().min(1).max(16).default(9),
      seed: z.number().int().min(1).optional(),
    })
    .refine(({ batch, project }) => batch !== undefined || project !== undefined, {
      path: ['batch'],
      error: 'give batch or project',
    }),
  output: {
    sample: z.looseObject({}).optional(),
    statistics: z.looseObject({}).optional(),
    tiles: z.array(z.looseObject({})).optional(),
  },
  response: Sample,
  example: { batch: 'road-signs-week-10' },
  run: ({ work }, { review_status: reviewStatus, seed = 0, ...rest }) =>
    work.pictures.sample({ ...rest, reviewStatus, seed }),
  summarize(sample, { choose, ...input }, shaping) {
    const { looked_at: lookedAt, fitting, more, seed, statistics, tiles } = sample;
    const { labels, odd, ...ranges } = statistics;
    const among = `${count(lookedAt, 'completed task')}${more ? ', the newest; there are more' : ''}`;
    const [first] = tiles;
    return {
      summary:
        tiles.length === 0
          ? `None of ${among} stands out.`
          : `${count(tiles.length, 'task')} of ${among}, ${choose === 'odd' ? `chosen from ${fitting} that stand out` : `chosen at random with seed ${seed}`}; tiles are numbered row by row.`,
      sample: { looked_at: lookedAt, fitting, seed },
      statistics: {
        ...ranges,
        labels: shaping.fenceJson(
          labels,
          new Set(Object.keys(labels).filter((name) => shaping.bare(name) === name)),
        ),
        tasks_by_oddity: Object.keys(odd).length > 0 ? odd : undefined,
      },
      tiles: tiles.map(({ tile, task_id: id, annotations, odd: oddities, notes }) => ({
        tile,
        task_id: shaping.bare(id),
        annotations,
        odd: oddities.length > 0 ? oddities.join(', ') : undefined,
        not_drawn: notes.length > 0 ? shaping.untrusted(notes.join(' '), 300) : undefined,
      })),
      next_steps:
        first === undefined
          ? [
              {
                tool: 'scale_ai_show_sample',
                arguments: { ...input, choose: 'random' },
                why: 'some at random instead',
              },
            ]
          : [
              {
                tool: 'scale_ai_show_task',
                arguments: { task_id: first.task_id },
                why: 'one of them in full',
              },
            ],
    };
  },
  pictures: ({ picture }) => (picture ? [picture] : []),
  page: LABELS_PAGE,
  recovery: { not_found: () => [listBatchesStep, listProjectsStep] },
});
