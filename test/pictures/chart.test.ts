import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LabeledTask } from '../../src/labels/labeled-task.ts';
import { chartSvg } from '../../src/pictures/chart.ts';
import { drawChart } from '../../src/pictures/renderer.ts';
import { chartOf } from '../../src/work/pictures/chart-data.ts';

function task(created: string, completed?: string, annotations: object[] = []): LabeledTask {
  return LabeledTask.parse({
    task_id: created,
    type: 'imageannotation',
    created_at: created,
    completed_at: completed,
    response: { annotations },
  });
}

describe('a chart', () => {
  it('of progress counts what was created and completed until the end of each day', () => {
    const tasks = [
      task('2026-03-01T10:00:00Z', '2026-03-02T09:00:00Z'),
      task('2026-03-01T11:00:00Z', '2026-03-05T09:00:00Z'),
      task('2026-03-03T10:00:00Z'),
    ];
    const { names, series } = chartOf('progress', tasks);
    expect(names).toEqual(['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']);
    expect(series.map(({ name, values }) => [name, ...values])).toEqual([
      ['created', 2, 2, 3, 3, 3],
      ['completed', 0, 1, 1, 1, 2],
    ]);
  });

  it('is drawn whatever characters names hold', async () => {
    const names = ['car\u0007', 'sign\u001b[31m', 'lane\ud800', 'bike\uffff', '<b>&"'];
    const spec = {
      title: 'Labels of week\u0000 1',
      unit: 'annotations',
      kind: 'bars' as const,
      names,
      series: [{ name: 'labels\u0008', values: [1, 2, 3, 4, 5], colour: '#112233' }],
    };
    const { format, width } = await sharp(
      Buffer.from(chartSvg(spec, { width: 600, height: 300 })),
    ).metadata();
    expect([format, width]).toEqual(['svg', 600]);
  });

  it('of a day has hours', () => {
    const tasks = [
      task('2026-03-01T10:10:00Z', '2026-03-01T12:50:00Z'),
      task('2026-03-01T10:20:00Z', '2026-03-01T12:59:59Z'),
    ];
    const { names, series } = chartOf('throughput', tasks);
    expect(names).toEqual(['03-01 12:00']);
    expect(series[0]?.values).toEqual([2]);
  });

  it('of turnaround, sizes and labels puts every value somewhere, once', () => {
    const box = (side: number, label: string): object => ({
      type: 'box',
      label,
      left: 0,
      top: 0,
      width: side,
      height: side,
    });
    const tasks = [
      task('2026-03-01T00:00:00Z', '2026-03-01T01:00:00Z', [box(8, 'car'), box(9, 'car')]),
      task('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', [box(5_000, 'sign')]),
    ];
    const valuesOf = (show: 'turnaround' | 'sizes' | 'labels'): object => {
      const { names, series } = chartOf(show, tasks);
      return Object.fromEntries(
        names.map((name, index) => [name, series[0]?.values[index]]).filter(([, value]) => value !== 0),
      );
    };
    expect(valuesOf('turnaround')).toEqual({ '≤ 1 h': 1, '> 336 h': 1 });
    expect(valuesOf('sizes')).toEqual({ '≤ 8 px': 1, '≤ 16 px': 1, '> 1024 px': 1 });
    expect(valuesOf('labels')).toEqual({ car: 2, sign: 1 });
  });

  it('of years has the last 400 days, and of nothing has no points', () => {
    const tasks = [task('2020-01-01T00:00:00Z'), task('2026-03-01T00:00:00Z')];
    const { names, series } = chartOf('progress', tasks);
    expect([names.length, names.at(-1), series[0]?.values.at(-1)]).toEqual([400, '2026-03-01', 2]);
    expect(chartOf('throughput', tasks).names).toEqual([]);
  });

  it('is a picture with its title, names as they are', async () => {
    const spec = {
      title: 'Tasks <b>&',
      unit: 'tasks',
      kind: 'bars' as const,
      names: ['a', 'b'],
      series: [{ name: 'done', values: [1, 2], colour: '#0072B2' }],
    };
    expect(chartSvg(spec, { width: 400, height: 300 })).toContain('Tasks &lt;b&gt;&amp;');
    const picture = await drawChart(spec, { width: 400, height: 300 });
    const { data, info } = await sharp(picture.bytes).raw().toBuffer({ resolveWithObject: true });
    const blue = Array.from(
      { length: info.width * info.height },
      (_, at) => data[at * info.channels + 2] ?? 0,
    ).filter((value, at) => value > 0x80 && (data[at * info.channels] ?? 0) < 0x40);
    expect([info.width, info.height]).toEqual([400, 300]);
    expect(blue.length).toBeGreaterThan(1_000);
  });
});
