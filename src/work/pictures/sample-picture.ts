import { createHash, randomInt } from 'node:crypto';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { inlineShapes, labelsAsked } from '../../labels/labeled-task.ts';
import { ODDITIES, medianOf, odditiesOf, usualOf } from '../../labels/oddities.ts';
import { boundsOf } from '../../labels/geometry.ts';
import { collectGarbage } from '../../observability/collect-garbage.ts';
import { coloursOf } from '../../pictures/palette.ts';
import { blankImage, contactSheet, drawPicture, sizeOfImage } from '../../pictures/renderer.ts';
import { atOnce } from '../exports/at-once.ts';
import { blockOf, drawable } from './drawn-picture.ts';
import { contentOf } from './task-content.ts';
import { drawingOf } from './task-drawing.ts';
import type { SampleTile, ShowSampleRequest, ShownSample } from '../../catalog/work/pictures.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';
import type { Shape } from '../../labels/shapes.ts';
import type { Picture } from '../../pictures/renderer.ts';
import type { CallerScope } from '../caller-scope.ts';

const TILE = { width: 256, height: 200 };
const GAP = 6;
const COLUMNS = 4;

/** Images in memory at once. */
const IMAGES_AT_ONCE = 3;

interface Candidate {
  task: LabeledTask;
  shapes: Shape[];
  odd: readonly string[];
}

type Scale = CallerScope['scale'];

/** A contact sheet of some of the tasks, and what the labels of all are like. */
export async function showSample(
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
