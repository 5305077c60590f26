import { NothingFound } from '../../catalog/nothing-found.ts';
import { drawChart } from '../../pictures/renderer.ts';
import { chartOf } from './chart-data.ts';
import { blockOf, drawable } from './drawn-picture.ts';
import type { ChartRequest, ShownChart } from '../../catalog/work/pictures.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';

const CHART = { width: 900, height: 480 };

const TITLES: Readonly<Record<ChartRequest['show'], string>> = {
  progress: 'Tasks created and completed',
  throughput: 'Tasks completed',
  turnaround: 'Time until a task is completed',
  labels: 'Annotations by label',
  sizes: 'Boxes by side (square root of the area)',
};

/** What the tasks amount to, as a picture and in numbers. */
export async function showChart(
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
