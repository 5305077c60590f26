import { createHash, randomInt } from 'node:crypto';
import { collectGarbage } from '../../observability/collect-garbage.ts';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { LabeledTask, inlineShapes, labelsAsked } from '../../labels/labeled-task.ts';
import { ODDITIES, medianOf, odditiesOf, usualOf } from '../../labels/oddities.ts';
import { boundsOf } from '../../labels/shapes.ts';
import { coloursOf } from '../../pictures/palette.ts';
import {
  UnreadableImageError,
  blankImage,
  contactSheet,
  drawChart,
  drawPicture,
  sizeOfImage,
} from '../../pictures/renderer.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { atOnce } from '../exports/at-once.ts';
import { mustExist } from '../must-exist.ts';
import { chartOf } from './chart-data.ts';
import { contentOf } from './task-content.ts';
import { drawingOf } from './task-drawing.ts';
import type {
  ChartRequest,
  PictureWork,
  SampleTile,
  ShowSampleRequest,
  ShowTaskRequest,
  ShownChart,
  ShownSample,
  ShownTask,
} from '../../catalog/work/pictures.ts';
import type { PictureBlock } from '../../catalog/picture-block.ts';
import type { Shape } from '../../labels/shapes.ts';
import type { Picture } from '../../pictures/renderer.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { TaskContent } from './task-content.ts';

/** Tasks that a sample is chosen from. */
const MAX_LOOKED_AT = 500;

/** Tasks that a chart is made of. */
const MAX_CHARTED = 5_000;
const CHART = { width: 900, height: 480 };

const TITLES: Readonly<Record<ChartRequest['show'], string>> = {
  progress: 'Tasks created and completed',
  throughput: 'Tasks completed',
  turnaround: 'Time until a task is completed',
  labels: 'Annotations by label',
  sizes: 'Boxes by side (square root of the area)',
};

const TILE = { width: 256, height: 200 };
const GAP = 6;
const COLUMNS = 4;

/** Images in memory at once. */
const IMAGES_AT_ONCE = 3;

/** Labels as pictures. */
export function pictureWork({ scale, signal }: CallerScope): PictureWork {
  return {
    async task(request) {
      const found = await scale.read({ method: 'GET', path: ['task', request.taskId] });
      const task = readAnswer(LabeledTask, found, 'a task with its id');
      const shown = await showTask(task, request, await contentOf(task, request, scale));
      collectGarbage('minor'); // the image that was read
      return shown;
    },
    async sample(request) {
      await mustExist(request, scale.lookUp);
      const wanted = { ...request, status: 'completed' };
      const { tasks, more } = await labeledTasks(wanted, scale, { signal, most: MAX_LOOKED_AT });
      return showSample(tasks, request, { more, scale });
    },
    async chart(request) {
      await mustExist(request, scale.lookUp);
      const isOfAll = request.show === 'progress';
      const wanted = { ...request, reviewStatus: undefined, status: isOfAll ? undefined : 'completed' };
      const { tasks, more } = await labeledTasks(wanted, scale, { signal, most: MAX_CHARTED });
      return showChart(tasks, request, more);
    },
  };
}

async function showTask(
  task: LabeledTask,
  request: ShowTaskRequest,
  content: TaskContent,
): Promise<ShownTask> {
  const { frame, notes } = content;
  const { image: file } = content;
  const size = file && (await drawable(() => sizeOfImage(file), notes));
  const colourOf = coloursOf(labelsAsked(task.params));
  const drawing = drawingOf(content, request, { colourOf, size });
  const told = {
    task_id: task.task_id,
    type: task.type,
    status: task.status,
    ...(frame && { frame }),
    legend: drawing.legend.map(({ label, colour, count }) => ({ label, colour: colour.name, count })),
    annotations: drawing.shapes.map(({ shape }) => annotationOf(shape)),
    notes: [...notes, ...drawing.notes],
  };
  const { image } = content;
  if (!image || !size) return told;
  const { crop } = drawing;
  const picture = await drawable(
    () => drawPicture({ ...drawing, image, fit: { width: request.maxSide, height: request.maxSide } }),
    told.notes,
  );
  return {
    ...told,
    image: size,
    ...(crop && { shown: crop }),
    ...(picture && { picture: blockOf(picture) }),
  };
}

/** What cannot be drawn is told, and the rest of the answer is the same. */
async function drawable<T>(draw: () => Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    notes.push(`The image was read, but ${error.message}.`);
    return undefined;
  }
}

function annotationOf(shape: Shape): ShownTask['annotations'][number] {
  const { id, kind, label, points } = shape;
  const { left, top, width, height } = boundsOf(points);
  const [a = 0, b = 0, c = 0, d = 0] = [left, top, width, height].map(Math.round);
  return { ...(id !== undefined && { id }), kind, label, bounds: [a, b, c, d] };
}

function blockOf({ mimeType, bytes, width, height }: Picture): PictureBlock {
  return { mimeType, base64: bytes.toString('base64'), width, height };
}

interface Candidate {
  task: LabeledTask;
  shapes: Shape[];
  odd: readonly string[];
}

type Scale = CallerScope['scale'];

type TaskFilter = Pick<ShowSampleRequest, 'batch' | 'project' | 'reviewStatus'> & {
  status: string | undefined;
};

/** Tasks, the newest first. */
async function labeledTasks(
  { batch, project, reviewStatus, status }: TaskFilter,
  scale: Scale,
  { signal, most }: { signal: AbortSignal; most: number },
): Promise<{ tasks: LabeledTask[]; more: boolean }> {
  const query = {
    ...(project !== undefined && { project }),
    ...(batch !== undefined && { batch }),
    ...(reviewStatus !== undefined && { customer_review_status: reviewStatus }),
    ...(status !== undefined && { status }),
    limit: 100,
  };
  const tasks: LabeledTask[] = [];
  for await (const item of tokenItems(
    (request) => scale.read(request),
    { method: 'GET', path: ['tasks'], query },
    signal,
  )) {
    if (tasks.length === most) return { tasks, more: true };
    tasks.push(readAnswer(LabeledTask, item, 'a task with its id'));
  }
  return { tasks, more: false };
}

async function showSample(
  tasks: readonly LabeledTask[],
  request: ShowSampleRequest,
  { more, scale }: { more: boolean; scale: Scale },
): Promise<ShownSample> {
  if (tasks.length === 0)
    throw new NothingFound(
      `No completed task of ${request.batch ?? String(request.project)}${request.reviewStatus === undefined ? '' : ` has the review status ${request.reviewStatus}`}, so there is nothing to look at.`,
    );
  const { label, choose, count } = request;
  const seed = request.seed > 0 ? request.seed : randomInt(1, 2 ** 31);
  const read = tasks.map((task) => ({ task, shapes: inlineShapes(task).shapes }));
  const usual = usualOf(read.map(({ shapes }) => shapes));
  const all = read.map((one): Candidate => ({ ...one, odd: odditiesOf(one.shapes, usual) }));
  const labeled =
    label === undefined ? all : all.filter(({ shapes }) => shapes.some((one) => one.label === label));
  if (labeled.length === 0) throw noSuchLabel(String(label), all);
  const fitting = choose === 'odd' ? labeled.filter(({ odd }) => odd.length > 0) : labeled;
  const chosen = shuffled(fitting, seed).slice(0, count);
  const turn = atOnce(IMAGES_AT_ONCE);
  const tiles = await Promise.all(
    chosen.map((one, index) => turn(() => tileOf(one, index + 1, request, scale))),
  );
  const pictures = tiles.flatMap(({ picture }) => picture ?? []);
  const sheet =
    pictures.length === 0
      ? undefined
      : await contactSheet(pictures, Math.min(COLUMNS, pictures.length), TILE);
  return {
    looked_at: tasks.length,
    fitting: fitting.length,
    more,
    seed,
    statistics: statisticsOf(labeled),
    tiles: tiles.map(({ tile }) => tile),
    ...(sheet && { picture: blockOf(sheet) }),
  };
}

async function showChart(
  tasks: readonly LabeledTask[],
  { batch, project, show }: ChartRequest,
  more: boolean,
): Promise<ShownChart> {
  const named = batch ?? String(project);
  if (tasks.length === 0)
    throw new NothingFound(`${named} has no ${show === 'progress' ? '' : 'completed '}tasks to show.`);
  const { names, series, unit, kind } = chartOf(show, tasks);
  const notes: string[] = [];
  const title = `${TITLES[show]}: ${named.slice(0, 60)}`;
  const picture =
    names.length === 0
      ? undefined
      : await drawable(() => drawChart({ title, unit, kind, names, series }, CHART), notes);
  return {
    tasks: tasks.length,
    more,
    unit,
    names,
    series: series.map(({ name, values }) => ({ name, values })),
    ...(picture && { picture: blockOf(picture) }),
    notes,
  };
}

function noSuchLabel(label: string, all: readonly Candidate[]): RefusedArguments {
  const known = [...new Set(all.flatMap(({ shapes }) => shapes.map((one) => one.label)))].slice(0, 30);
  return new RefusedArguments([
    {
      path: 'label',
      message: `no annotation of the ${all.length} tasks that were looked at has the label "${label.slice(0, 60)}"`,
      allowed: known.join(', ') || 'leave it out: these tasks have no annotations in their responses',
    },
  ]);
}

/** The same order for the same seed, whatever order the tasks came in. */
function shuffled(candidates: readonly Candidate[], seed: number): Candidate[] {
  const rank = ({ task }: Candidate): string =>
    createHash('sha256').update(`${seed}:${task.task_id}`).digest('hex');
  return candidates.toSorted((a, b) => rank(a).localeCompare(rank(b)));
}

async function tileOf(
  { task, odd }: Candidate,
  tile: number,
  { label }: ShowSampleRequest,
  scale: Scale,
): Promise<{ picture: Picture | undefined; tile: SampleTile }> {
  const content = await contentOf(task, { frame: 0, prelabels: false }, scale);
  const { notes } = content;
  const { image: file } = content;
  const size = file && (await drawable(() => sizeOfImage(file), notes));
  const colourOf = coloursOf(labelsAsked(task.params));
  const wanted = { labels: label === undefined ? undefined : [label], ids: false, captions: false };
  const drawing = drawingOf(content, wanted, { colourOf, size });
  const title = `${tile}  ${task.task_id}`;
  const draw = async (image: Buffer): Promise<Picture> =>
    drawPicture({
      ...drawing,
      legend: [],
      image,
      fit: { width: TILE.width - GAP, height: TILE.height - GAP },
      title,
    });
  const drawn = size && file && (await drawable(() => draw(file), notes));
  collectGarbage('minor'); // the image that was read
  const picture = drawn ?? (await drawable(async () => draw(await blankImage(TILE)), notes));
  return {
    picture,
    tile: { tile, task_id: task.task_id, annotations: content.shapes.length, odd: [...odd], notes },
  };
}

function statisticsOf(candidates: readonly Candidate[]): ShownSample['statistics'] {
  const labels = new Map<string, number>();
  for (const { shapes } of candidates) {
    for (const { label } of shapes) labels.set(label, (labels.get(label) ?? 0) + 1);
  }
  const sides = candidates.flatMap(({ shapes }) =>
    shapes
      .filter(({ kind }) => kind === 'box')
      .map(({ points }) => {
        const { width, height } = boundsOf(points);
        return Math.round(Math.sqrt(width * height));
      }),
  );
  const odd = ODDITIES.map((name): [string, number] => [
    name,
    candidates.filter((one) => one.odd.includes(name)).length,
  ]);
  return {
    annotations_per_task: rangeOf(candidates.map(({ shapes }) => shapes.length)),
    labels: Object.fromEntries([...labels].toSorted(([, a], [, b]) => b - a)),
    ...(sides.length > 0 && { box_side_px: rangeOf(sides) }),
    odd: Object.fromEntries(odd.filter(([, count]) => count > 0)),
  };
}

function rangeOf(values: readonly number[]): { least: number; median: number; most: number } {
  return { least: Math.min(...values), median: medianOf(values), most: Math.max(...values) };
}
