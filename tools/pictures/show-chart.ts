import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { count } from '../count.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { PictureBlock } from './picture-block.ts';

/** Points whose numbers stand in the answer; the picture has them all. */
const MAX_POINTS = 31;

const Chart = z.object({
  tasks: z.number(),
  more: z.boolean(),
  unit: z.string(),
  names: z.array(z.string()),
  series: z.array(z.object({ name: z.string(), values: z.array(z.number()) })),
  picture: PictureBlock,
  notes: z.array(z.string()),
});

export const showChart = defineTool({
  slug: 'SCALE_AI_SHOW_CHART',
  title: 'Show chart',
  description: 'Show a batch or project as a chart, with numbers.',
  toolset: 'results',
  effect: 'read',
  input: z
    .strictObject({
      show: z.enum(['progress', 'throughput', 'turnaround', 'labels', 'sizes']),
      batch: z.string().min(1).optional(),
      project: z.string().min(1).optional(),
    })
    .refine(({ batch, project }) => batch !== undefined || project !== undefined, {
      path: ['batch'],
      error: 'give batch or project',
    }),
  output: { chart: z.looseObject({}).optional(), not_drawn: z.array(z.unknown()).optional() },
  response: Chart,
  example: { show: 'progress', batch: 'road-signs-week-10' },
  run: ({ work }, request) => work.pictures.chart(request),
  summarize({ tasks, more, unit, names, series, notes }, { show }, shaping) {
    const last = Math.max(0, names.length - MAX_POINTS);
    return {
      summary: `${show} of ${count(tasks, 'task')}${more ? ', the newest; there are more' : ''}${names.length === 0 ? '; there is nothing of it to draw' : ''}.`,
      chart: {
        unit,
        names: names.slice(last).map((name) => shaping.bare(name)),
        series: series.map(({ name, values }) => ({ name, values: values.slice(last) })),
        earlier_points: last > 0 ? last : undefined,
      },
      not_drawn: notes.length > 0 ? notes.map((note) => shaping.untrusted(note)) : undefined,
      next_steps: [],
    };
  },
  pictures: ({ picture }) => (picture ? [picture] : []),
  recovery: { not_found: () => [listBatchesStep, listProjectsStep] },
});
