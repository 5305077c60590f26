import { readAnswer } from '../../catalog/answer-forms.ts';
import { LabeledTask, labelsAsked } from '../../labels/labeled-task.ts';
import { boundsOf } from '../../labels/geometry.ts';
import { collectGarbage } from '../../observability/collect-garbage.ts';
import { coloursOf } from '../../pictures/palette.ts';
import { drawPicture, sizeOfImage } from '../../pictures/renderer.ts';
import { mustExist } from '../must-exist.ts';
import { showChart } from './chart-picture.ts';
import { blockOf, drawable } from './drawn-picture.ts';
import { labeledTasks } from './listed-tasks.ts';
import { showSample } from './sample-picture.ts';
import { contentOf } from './task-content.ts';
import { drawingOf } from './task-drawing.ts';
import { outlinesOf } from './task-outlines.ts';
import type { PictureWork, ShowTaskRequest, ShownTask } from '../../catalog/work/pictures.ts';
import type { Shape } from '../../labels/shapes.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { TaskContent } from './task-content.ts';

/** Tasks that a sample is chosen from. */
const MAX_LOOKED_AT = 500;

/** Tasks that a chart is made of. */
const MAX_CHARTED = 5_000;

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
    legend: drawing.legend.map(({ colour, ...entry }) => ({ ...entry, colour: colour.name })),
    annotations: drawing.shapes.map(({ shape }) => annotationOf(shape)),
    notes: [...notes, ...drawing.notes],
    ...(request.labels?.length === 0 && { drawing: outlinesOf(task, content, colourOf) }),
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

function annotationOf(shape: Shape): ShownTask['annotations'][number] {
  const { id, kind, label, points } = shape;
  const { left, top, width, height } = boundsOf(points);
  const [a = 0, b = 0, c = 0, d = 0] = [left, top, width, height].map(Math.round);
  return { ...(id !== undefined && { id }), kind, label, bounds: [a, b, c, d] };
}
