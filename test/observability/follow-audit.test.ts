import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditFollower } from '../../src/observability/audit/follow-audit.ts';

const START = Date.parse('2026-11-30T00:00:00Z');

let directory = '';
let taken: string[] = [];
let now = 0;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'follow-'));
  taken = [];
  now = Date.now();
});
afterEach(() => rm(directory, { recursive: true }));

const follow = (since = 0): AuditFollower =>
  new AuditFollower(directory, { since, take: (line) => taken.push(line), now: () => now });
const file = (name: string): string => path.join(directory, `${name}.audit.jsonl`);
const line = (index: number, more = ''): string =>
  JSON.stringify({ type: 'call', time: new Date(START + index * 1_000).toISOString(), index, more });

describe('following the audit', () => {
  it('takes each record once, as files grow and new ones come', async () => {
    const follower = follow();
    await writeFile(file('2026-a'), `${line(0)}\n${line(1)}\n`);
    await follower.read();
    await appendFile(file('2026-a'), `${line(2)}\n`);
    await writeFile(file('2026-b'), `${line(3)}\n`);
    await follower.read();
    await follower.read();
    expect(taken).toEqual([line(0), line(1), line(3), line(2)]);
    expect(follower.soFar()).toMatchObject({ read: follower.soFar().total });
  });

  it('waits for the rest of a line that is being written, letters of several bytes included', async () => {
    const follower = follow();
    const whole = Buffer.from(`${line(1, 'Straße 東京')}\n`);
    const cut = whole.indexOf(Buffer.from('東')) + 1;
    await writeFile(file('2026-a'), Buffer.concat([Buffer.from(`${line(0)}\n`), whole.subarray(0, cut)]));
    await follower.read();
    expect(taken).toEqual([line(0)]);
    await appendFile(file('2026-a'), whole.subarray(cut));
    await follower.read();
    expect(taken).toEqual([line(0), line(1, 'Straße 東京')]);
  });

  it('goes on after a line that is longer than what is held in memory', async () => {
    const follower = follow();
    await writeFile(file('2026-a'), `${line(0)}\n${line(1, 'x'.repeat(900_000))}\n${line(2)}\n`);
    await follower.read();
    expect(taken[0]).toBe(line(0));
    expect(taken.at(-1)).toBe(line(2));
  });

  it('begins in the middle of a long file where the records are new enough, and misses none of those', async () => {
    const many = 12_000;
    const lines = Array.from({ length: many }, (_, index) => line(index, 'x'.repeat(300)));
    await writeFile(file('2026-a'), `${lines.join('\n')}\n`);
    await follow(START + 9_000 * 1_000).read();
    const [first = ''] = taken;
    const { index } = JSON.parse(first) as { index: number };
    expect(index).toBeGreaterThan(7_000);
    expect(index).toBeLessThanOrEqual(9_000);
    expect(taken.length).toBe(many - index);
    expect(taken.at(-1)).toBe(lines.at(-1));
  });

  it('leaves out files that nobody has written to since, and looks at quiet ones only now and then', async () => {
    await writeFile(file('2026-a'), `${line(0)}\n`);
    await follow(now + 60_000).read();
    expect(taken).toEqual([]);
    const follower = follow();
    await follower.read();
    now += 10 * 60_000;
    await follower.read(); // looks at all
    await appendFile(file('2026-a'), `${line(1)}\n`);
    now += 1_000;
    await follower.read();
    now += 60_000;
    await follower.read();
    expect(taken).toEqual([line(0), line(1)]);
  });

  it('goes on after a file that was cut back to its last whole line, or has gone', async () => {
    const follower = follow();
    await writeFile(file('2026-a'), `${line(0)}\n${line(1)}\n`);
    await follower.read();
    await truncate(file('2026-a'), Buffer.byteLength(`${line(0)}\n`));
    await follower.read();
    await appendFile(file('2026-a'), `${line(2)}\n`);
    await follower.read();
    expect(taken).toEqual([line(0), line(1), line(2)]);
    await rm(file('2026-a'));
    now += 60_000;
    await follower.read();
    expect(follower.soFar().total).toBe(0);
  });

  it('has nothing to read where there is no directory', async () => {
    await new AuditFollower(path.join(directory, 'none'), {
      since: 0,
      take: () => undefined,
      now: () => now,
    }).read();
    expect(taken).toEqual([]);
  });
});
