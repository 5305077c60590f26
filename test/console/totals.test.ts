import { describe, expect, it } from 'vitest';
import { projectsLike } from '../../src/access/project-scope.ts';
import { readAuditLine } from '../../src/console/data/audit-line.ts';
import { AuditTotals, DAY_MS, dayOf } from '../../src/console/data/audit-totals.ts';
import { spendOf } from '../../src/console/data/spend.ts';
import { Tally } from '../../src/console/data/tally.ts';

const NOW = Date.parse('2026-11-30T12:34:56Z');

function lineOf(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 'call',
    time: new Date(NOW).toISOString(),
    request_id: 'req_1',
    principal: 'ada',
    tool: 'scale_ai_list_tasks',
    effect: 'read',
    mode: 'live',
    result: 'ok',
    outcome: 'no_effect',
    duration_ms: 5,
    args: { secret: 'never shown' },
    ...more,
  });
}

function totalsOf(...lines: readonly Record<string, unknown>[]): AuditTotals {
  const totals = new AuditTotals();
  for (const more of lines) {
    const line = readAuditLine(lineOf(more));
    if (line) totals.add(line);
  }
  return totals;
}

const overseer = { principal: 'root', seesAll: true, mode: 'live' } as const;
const created = {
  tool: 'scale_ai_create_image_annotation_task',
  effect: 'create',
  outcome: 'done',
  task_type: 'imageannotation',
};

describe('records of the audit', () => {
  it.each([
    ['an intent', lineOf({ type: 'intent' })],
    ['the end of a process', '{"type":"end","time":"2026-11-30T00:00:00Z"}'],
    ['a line that was cut', lineOf().slice(0, 50)],
    ['a time that is none', lineOf({ time: 'yesterday' })],
  ])('do not count as calls: %s', (_what, line) => {
    expect(readAuditLine(line)).toBeUndefined();
  });

  it('are read without arguments', () => {
    expect(JSON.stringify(readAuditLine(lineOf()))).not.toContain('never shown');
  });
});

describe('the totals', () => {
  it('are by the hour, by day, by caller and by cause', () => {
    const yesterday = new Date(NOW - DAY_MS).toISOString();
    const view = totalsOf(
      {},
      { principal: 'bob', result: 'not_found' },
      { principal: 'bob', result: 'not_found', time: yesterday },
      { principal: 'bob', result: 'confirmation_required' },
      { principal: 'bob', result: 'declined' },
    ).view(overseer, NOW);
    expect(view.hours.at(-1)).toEqual({ hour: Math.floor(NOW / 3_600_000), ok: 3, failed: 1 });
    expect(view.days.slice(-2)).toEqual([
      { day: dayOf(NOW) - 1, calls: 1, failed: 1 },
      { day: dayOf(NOW), calls: 4, failed: 1 },
    ]);
    expect(view.callers.map(({ principal, calls, failed }) => [principal, calls, failed])).toEqual([
      ['bob', 3, 1],
      ['ada', 1, 0],
    ]);
    expect(view.failures).toEqual([
      { code: 'not_found', count: 2, today: 1, tools: ['scale_ai_list_tasks'] },
    ]);
  });

  it('hold neither what the console reads for itself nor steps of jobs, but what those create', () => {
    const view = totalsOf({ client: 'scale-ai-mcp console' }, { ...created, job: 'job_1' }).view(
      overseer,
      NOW,
    );
    expect(view.days.at(-1)).toMatchObject({ calls: 0 });
    expect(view.recent).toEqual([]);
    expect(view.created).toEqual([{ day: dayOf(NOW), principal: 'ada', type: 'imageannotation', tasks: 1 }]);
  });

  it('show a caller their own, an overseer everything, and each only within their projects', () => {
    const totals = totalsOf(
      { principal: 'ada', project: 'road-1' },
      { principal: 'ada' },
      { principal: 'bob', project: 'road-1' },
      { principal: 'bob', project: 'other' },
      { principal: 'bob' },
    );
    const seenBy = (principal: string, seesAll: boolean, patterns?: string[]): number | undefined => {
      const projects = patterns && projectsLike(patterns);
      const view = totals.view({ principal, seesAll, mode: 'live', projects }, NOW);
      expect(view.recent.length).toBe(view.days.at(-1)?.calls);
      return view.days.at(-1)?.calls;
    };
    expect(seenBy('ada', false)).toBe(2);
    expect(seenBy('ada', true)).toBe(5);
    expect(seenBy('ada', true, ['road-*'])).toBe(3);
    expect(seenBy('bob', false, ['road-*'])).toBe(2);
    expect(seenBy('eve', false)).toBe(0);
  });

  it('keep to the data that the viewer works with where money is counted', () => {
    const totals = totalsOf({ ...created, mode: 'test' }, { ...created, mode: 'sandbox' }, created);
    expect(totals.view(overseer, NOW).created).toMatchObject([{ tasks: 1 }]);
  });

  it('keep the newest calls of everybody, however many another makes and in whatever order they are read', () => {
    const totals = totalsOf({ principal: 'bob', time: new Date(NOW - 5_000).toISOString() });
    for (let index = 0; index < 3_000; index += 1) {
      const line = readAuditLine(
        lineOf({ time: new Date(NOW - ((index * 7) % 3_000) * 1_000).toISOString() }),
      );
      if (line) totals.add(line);
    }
    const times = totals
      .view({ principal: 'ada', mode: 'live' }, NOW)
      .recent.map(({ time }) => (NOW - time) / 1_000);
    expect(times).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(totals.view({ principal: 'bob', mode: 'live' }, NOW).recent).toHaveLength(1);
  });
});

describe('a tally', () => {
  it('is bounded in spans and names, and says what had no place', () => {
    const tally = new Tally<{ name: string }>({ spanMs: 10, spans: 2, maxNames: 2 });
    for (const [time, name] of [
      [5, 'a'],
      [15, 'a'],
      [15, 'b'],
      [15, 'c'],
      [16, 'b'],
      [25, 'a'],
      [5, 'late'],
    ] as const)
      tally.add(time, { name });
    expect(tally.since(0)).toEqual([
      { span: 1, names: { name: 'a' }, count: 1 },
      { span: 1, names: { name: 'b' }, count: 2 },
      { span: 2, names: { name: 'a' }, count: 1 },
    ]);
    expect(tally.left).toBe(1);
  });
});

describe('spend', () => {
  const today = dayOf(NOW);
  const day = (principal: string, type: string | undefined, tasks: number, ago = 0) => ({
    day: today - ago,
    principal,
    type,
    tasks,
  });

  it('is by the rates, by day, with the one who spent most apart', () => {
    const { days, today: now } = spendOf(
      [
        day('ada', 'imageannotation', 10),
        day('bob', 'imageannotation', 30),
        day('ada', 'imageannotation', 5, 2),
      ],
      { rates: { imageannotation: 0.5 } },
      today,
    );
    expect(days).toHaveLength(7);
    expect(days.at(-1)).toMatchObject({ cost: 20, tasks: 40, highest: { cost: 15 } });
    expect(days.at(-3)).toMatchObject({ cost: 2.5 });
    expect(now.map(({ principal, cost }) => [principal, cost])).toEqual([
      ['bob', 15],
      ['ada', 5],
    ]);
  });

  it('tells what has no rate instead of guessing', () => {
    const { days, withoutRate } = spendOf(
      [day('ada', 'imageannotation', 2), day('ada', 'videoannotation', 3), day('ada', undefined, 4)],
      { rates: { imageannotation: 1 } },
      today,
    );
    expect(days.at(-1)).toMatchObject({ cost: 2, tasks: 9, unpriced: 7 });
    expect(withoutRate).toEqual(['videoannotation', 'unknown']);
  });
});
