import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { TaskId, listTasksStep } from '../tasks/task-lookup.ts';
import { DRAWING_META, LABELS_PAGE } from '../pages.ts';
import { PictureBlock } from './picture-block.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** Annotations whose places stand in the answer. */
const MAX_LISTED = 40;

const Shown = z.object({
  task_id: z.string(),
  type: z.string(),
  status: z.string(),
  image: z.object({ width: z.number(), height: z.number() }).optional(),
  shown: z.looseObject({}).optional(),
  frame: z.object({ index: z.number(), of: z.number() }).optional(),
  legend: z.array(
    z.object({ label: z.string(), colour: z.string(), count: z.number(), prelabels: z.number().optional() }),
  ),
  annotations: z.array(
    z.object({
      id: z.string().optional(),
      kind: z.string(),
      label: z.string(),
      bounds: z.array(z.number()),
    }),
  ),
  notes: z.array(z.string()),
  picture: PictureBlock,
  drawing: z.looseObject({}).optional(),
});
type Shown = z.output<typeof Shown>;

export const showTask = defineTool({
  slug: 'SCALE_AI_SHOW_TASK',
  title: 'Show task',
  description: 'Show a task’s image with its annotations drawn on it; around enlarges one.',
  toolset: 'results',
  effect: 'read',
  input: z.strictObject({
    task_id: TaskId,
    labels: z.array(z.string()).optional(),
    around: z.string().min(4).optional().describe('annotation uuid'),
    prelabels: z.boolean().default(false),
    ids: z.boolean().default(false),
    frame: z.number().int().min(0).default(0),
    max_side: z.number().int().min(128).max(2048).default(1024),
  }),
  output: {
    task: z.looseObject({}).optional(),
    image: z.looseObject({}).optional(),
    legend: z.array(z.looseObject({})).optional(),
    annotations: z.array(z.looseObject({})).optional(),
    not_drawn: z.array(z.unknown()).optional(),
  },
  response: Shown,
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  run: ({ work }, { task_id: taskId, max_side: maxSide, ...rest }) =>
    work.pictures.task({ taskId, maxSide, ...rest }),
  summarize(shown, { ids }, shaping) {
    const { task_id: id, type, status, image, legend, annotations, notes, frame, picture } = shown;
    return {
      summary: sentenceOf(shown, shaping),
      task: { task_id: shaping.bare(id), type: shaping.bare(type), status: shaping.bare(status) },
      image: image && {
        ...image,
        picture: picture && `${picture.width}×${picture.height}`,
        shown: shown.shown,
        frame,
      },
      legend: legend.map(({ label, ...entry }) => ({ label: shaping.bare(label), ...entry })),
      annotations: ids
        ? annotations.slice(0, MAX_LISTED).map(({ id: uuid = '', label, kind, bounds }) => ({
            id: shaping.bare(uuid),
            label: shaping.bare(label),
            kind,
            bounds: bounds.join(' '),
          }))
        : undefined,
      not_drawn: notes.length > 0 ? notes.map((note) => shaping.untrusted(note)) : undefined,
      next_steps: [],
    };
  },
  pictures: ({ picture }) => (picture ? [picture] : []),
  page: LABELS_PAGE,
  meta: ({ drawing, picture: _picture, legend: _legend, annotations: _annotations, ...task }) =>
    drawing && { [DRAWING_META]: { ...task, ...drawing } },
  recovery: { not_found: () => [listTasksStep] },
});

function sentenceOf(
  { task_id: id, status, image, legend, notes, picture, frame }: Shown,
  shaping: Shaping,
): string {
  const name = `Task ${shaping.word(id, 'without id')}`;
  const drawn = legend.reduce((sum, entry) => sum + entry.count, 0);
  const prelabels = legend.reduce((sum, entry) => sum + (entry.prelabels ?? 0), 0);
  if (!picture)
    return `${name} is ${shaping.word(status, 'of unknown status')}, and there is nothing of it to draw${notes.length > 0 ? ': the reasons stand under "not_drawn"' : ''}.`;
  const labels = legend
    .filter((entry) => entry.count > 0)
    .slice(0, 8)
    .map(({ label, colour, count: many }) => `${shaping.word(label, 'a label')} ${many} in ${colour}`)
    .join(', ');
  const on = image ? ` on an image of ${image.width}×${image.height} pixels` : '';
  const at = frame && frame.of > 1 ? `, frame ${frame.index} of 0 to ${frame.of - 1}` : '';
  const what = drawn === 0 ? 'without annotations' : `with ${count(drawn, 'annotation')} (${labels})`;
  const dashed = prelabels === 0 ? '' : `; ${prelabels} that came with the task are dashed`;
  return `${name} ${what}${dashed}${on}${at}.`;
}
