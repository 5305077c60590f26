import { inlineShapes } from '../../labels/labeled-task.ts';
import { boundsOf } from '../../labels/geometry.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';
import type { ChartRequest } from '../../catalog/work/pictures.ts';
import type { ChartSpec } from '../../pictures/renderer.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days are shown as hours where there are few. */
const FEW_DAYS = 3;

/** Points of a chart; of more, the last ones. */
const MAX_POINTS = 400;
const MAX_LABELS = 20;

const BLUE = '#0072B2';
const ORANGE = '#E69F00';

/** Upper ends of hours until a task was done. */
const TURNAROUND_HOURS = [1, 2, 4, 8, 24, 48, 96, 168, 336];

/** Upper ends of sides of boxes, in pixels. */
const SIDES_PX = [8, 16, 32, 64, 128, 256, 512, 1_024];

type Data = Omit<ChartSpec, 'title'>;

/** What a chart of tasks shows. */
export function chartOf(show: ChartRequest['show'], tasks: readonly LabeledTask[]): Data {
  switch (show) {
    case 'progress':
      return progress(tasks);
    case 'throughput':
      return throughput(tasks);
    case 'turnaround':
      return bars('tasks', TURNAROUND_HOURS, hoursOf(tasks), 'h');
    case 'sizes':
      return bars('boxes', SIDES_PX, sidesOf(tasks), 'px');
    case 'labels':
      return labels(tasks);
  }
}

/** Tasks created and completed until each day or hour. */
function progress(tasks: readonly LabeledTask[]): Data {
  const created = timesOf(tasks, 'created_at');
  const completed = timesOf(tasks, 'completed_at');
  const points = pointsBetween([...created, ...completed]);
  const until = (times: readonly number[]): number[] =>
    points.starts.map((start) => times.filter((time) => time < start + points.step).length);
  return {
    kind: 'lines',
    unit: 'tasks',
    names: points.names,
    series: [
      { name: 'created', values: until(created), colour: ORANGE },
      { name: 'completed', values: until(completed), colour: BLUE },
    ],
  };
}

/** Tasks completed in each day or hour. */
function throughput(tasks: readonly LabeledTask[]): Data {
  const completed = timesOf(tasks, 'completed_at');
  const points = pointsBetween(completed);
  const values = points.starts.map(
    (start) => completed.filter((time) => time >= start && time < start + points.step).length,
  );
  return {
    kind: 'bars',
    unit: 'tasks',
    names: points.names,
    series: [{ name: 'completed', values, colour: BLUE }],
  };
}

interface Points {
  starts: number[];
  names: string[];
  step: number;
}

function pointsBetween(times: readonly number[]): Points {
  const [first, last] = [
    times.reduce((a, b) => Math.min(a, b), Infinity),
    times.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (times.length === 0) return { starts: [], names: [], step: DAY_MS };
  const step = last - first < FEW_DAYS * DAY_MS ? HOUR_MS : DAY_MS;
  const end = Math.floor(last / step) * step;
  const start = Math.max(Math.floor(first / step) * step, end - (MAX_POINTS - 1) * step);
  const starts = Array.from({ length: (end - start) / step + 1 }, (_, index) => start + index * step);
  const names = starts.map((time) => {
    const text = new Date(time).toISOString();
    return step === DAY_MS ? text.slice(0, 10) : text.slice(5, 16).replace('T', ' ');
  });
  return { starts, names, step };
}

function timesOf(tasks: readonly LabeledTask[], name: 'created_at' | 'completed_at'): number[] {
  return tasks.flatMap((task) => {
    const at = task[name];
    const time = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(time) ? [] : [time];
  });
}

function hoursOf(tasks: readonly LabeledTask[]): number[] {
  return tasks.flatMap((task) => {
    const [[created], [completed]] = [timesOf([task], 'created_at'), timesOf([task], 'completed_at')];
    return created === undefined || completed === undefined ? [] : [(completed - created) / HOUR_MS];
  });
}

/** The square root of a box's area. */
function sidesOf(tasks: readonly LabeledTask[]): number[] {
  return tasks.flatMap((task) =>
    inlineShapes(task)
      .shapes.filter(({ kind }) => kind === 'box')
      .map(({ points }) => {
        const { width, height } = boundsOf(points);
        return Math.sqrt(width * height);
      }),
  );
}

function bars(unit: string, ends: readonly number[], values: readonly number[], of: string): Data {
  const counts = [...ends, Infinity].map((end, index) => {
    const start = index === 0 ? -Infinity : (ends[index - 1] ?? 0);
    return values.filter((value) => value > start && value <= end).length;
  });
  const names = [...ends.map((end) => `≤ ${end} ${of}`), `> ${ends.at(-1) ?? 0} ${of}`];
  return { kind: 'bars', unit, names, series: [{ name: unit, values: counts, colour: BLUE }] };
}

function labels(tasks: readonly LabeledTask[]): Data {
  const counts = new Map<string, number>();
  for (const task of tasks) {
    for (const { label } of inlineShapes(task).shapes) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const shown = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MAX_LABELS);
  return {
    kind: 'bars',
    unit: 'annotations',
    names: shown.map(([label]) => (label.length > 24 ? `${label.slice(0, 23)}…` : label)),
    series: [{ name: 'annotations', values: shown.map(([, count]) => count), colour: BLUE }],
  };
}
