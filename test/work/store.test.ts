import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, open, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { holdFile } from '../../src/work/store/disk-hold.ts';
import { openDiskStore } from '../../src/work/store/disk-store.ts';
import { JournalWriters } from '../../src/work/store/journal-writers.ts';
import type { ChildProcess } from 'node:child_process';
import type { Journal, WorkStore } from '../../src/work/store/work-store.ts';

const DAY_MS = 86_400_000;

const CONTENDER = new URL('./hold-contender.ts', import.meta.url);

let directory: string;
let store: WorkStore;
let logged = '';
const logger = createLogger('error', { write: (line) => void (logged += line) });
beforeEach(async () => {
  logged = '';
  directory = await mkdtemp(path.join(tmpdir(), 'store-'));
  store = await openDiskStore(directory, logger);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** A process that is not there any more. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

const leftBy = (pid: number, token: string): string => JSON.stringify({ token, host: hostname(), pid });

describe('a hold', () => {
  const contenders: ChildProcess[] = [];
  afterEach(() => {
    for (const child of contenders.splice(0)) child.kill('SIGKILL');
  });

  it('of an ended process is taken over by one process, however many try at once', async () => {
    const pid = await endedPid();
    for (let index = 0; index < 3; index += 1) {
      contenders.push(fork(CONTENDER, { execArgv: ['--import', 'tsx'] }));
    }
    await Promise.all(contenders.map((child) => once(child, 'message')));
    const tell = (file: string | null): Promise<boolean[]> =>
      Promise.all(
        contenders.map(async (child) => {
          const answer = once(child, 'message');
          child.send(file as never);
          return (await answer)[0] === true;
        }),
      );
    const holders: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const file = path.join(directory, `lock-${round}`);
      await writeFile(file, leftBy(pid, `token-${round}`));
      holders.push((await tell(file)).filter(Boolean).length);
      await tell(null);
    }
    expect(holders).toEqual(Array.from({ length: 60 }, () => 1));
    expect((await readdir(directory)).filter((name) => name.startsWith('lock-'))).toEqual([]);
  });

  it('is taken over also after another process was ended while it took over', async () => {
    const pid = await endedPid();
    const file = path.join(directory, 'lock');
    await writeFile(file, leftBy(pid, 'first'));
    await writeFile(`${file}.after-first`, leftBy(pid, 'second'));
    const hold = await holdFile(file);
    expect(hold).toBeDefined();
    expect(await holdFile(file)).toBeUndefined();
    await hold?.release();
    expect((await readdir(directory)).filter((name) => name.startsWith('lock.') || name === 'lock')).toEqual(
      [],
    );
  });

  it('of which nothing could be written is free after a while', async () => {
    const file = path.join(directory, 'lock');
    await writeFile(file, '');
    expect(await holdFile(file)).toBeUndefined();
    const longAgo = new Date(Date.now() - 20_000);
    await utimes(file, longAgo, longAgo);
    const hold = await holdFile(file);
    expect(hold).toBeDefined();
    await hold?.release();
  });
});

describe('a document', () => {
  it('that cannot be read is left out and reported, and all others are there', async () => {
    await store.put('jobs', 'good', { id: 'good' });
    await store.put('jobs', 'cut', { id: 'cut' });
    await writeFile(path.join(directory, 'documents', 'jobs', 'cut.json'), '{"id":');
    expect(await store.list('jobs')).toEqual([{ id: 'good' }]);
    expect(await store.list('jobs')).toEqual([{ id: 'good' }]);
    expect(await store.get('jobs', 'cut')).toBeUndefined();
    expect(logged.match(/cut\.json/g)).toHaveLength(1);
    await store.put('jobs', 'cut', { id: 'whole again' });
    expect(await store.get('jobs', 'cut')).toEqual({ id: 'whole again' });
  });

  it('is on the disk before it takes the place of an earlier one', async () => {
    await store.put('jobs', 'a', { state: 'old' });
    const folder = path.join(directory, 'documents', 'jobs');
    const probe = await open(path.join(folder, 'a.json'));
    const handles: typeof probe = Object.getPrototypeOf(probe);
    await probe.close();
    const synced: string[][] = [];
    vi.spyOn(handles, 'datasync').mockImplementation(async () => {
      const names = (await readdir(folder)).toSorted();
      synced.push(await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8'))));
    });
    await store.put('jobs', 'a', { state: 'new' });
    expect(synced).toEqual([['{"state":"old"}', '{"state":"new"}']]);
    expect(await store.get('jobs', 'a')).toEqual({ state: 'new' });
  });
});

describe('what is too old', () => {
  it('goes while the server runs, once a day, until it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let time = Date.now();
    const running = await openDiskStore(directory, logger, () => time);
    await running.put('plans', 'old', {});
    await running.journal('old').append([{}]);
    time += 31 * DAY_MS;
    const later = new Date(time);
    await running.put('plans', 'new', {});
    await utimes(path.join(directory, 'documents', 'plans', 'new.json'), later, later);
    vi.advanceTimersByTime(DAY_MS - 1);
    expect(await running.list('plans')).toHaveLength(2);
    vi.advanceTimersByTime(1);
    await expect.poll(() => running.list('plans')).toHaveLength(1);
    await expect.poll(() => readdir(path.join(directory, 'journals'))).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
    await running.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a journal', () => {
  const linesOf = async (journal: Journal): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const line of journal.lines()) found.push(line);
    return found;
  };
  const backwards = async (journal: Journal, before?: number): Promise<[unknown, number][]> => {
    const found: [unknown, number][] = [];
    for await (const { value, place } of journal.newestFirst(before)) found.push([value, place]);
    return found;
  };

  it('has no line that lacks its end, neither before nor after the next is written', async () => {
    const journal = store.journal('a');
    await journal.append([{ line: 1 }, { line: 2 }]);
    await appendFile(String(journal.file), '{"line":3}');
    expect(await linesOf(journal)).toEqual([{ line: 1 }, { line: 2 }]);
    expect((await backwards(journal)).map(([line]) => line)).toEqual([{ line: 2 }, { line: 1 }]);
    await journal.append([{ line: 4 }]);
    expect(await linesOf(journal)).toEqual([{ line: 1 }, { line: 2 }, { line: 4 }]);
    await writeFile(String(journal.file), '{"line":3}');
    expect(await linesOf(journal)).toEqual([]);
    expect(await backwards(journal)).toEqual([]);
  });

  it('is written by several processes in turn, also when one was ended while it wrote', async () => {
    const other = await openDiskStore(directory, logger);
    const expected: object[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const journal = (turn % 2 === 0 ? store : other).journal('a');
      await journal.append([{ turn }]);
      expected.push({ turn });
      if (turn % 3 === 2) await appendFile(String(journal.file), '{"turn":');
    }
    expect(await linesOf(store.journal('a'))).toEqual(expected);
    await other.close();
  });

  it('waits for a line that another process is just writing', async () => {
    const journal = store.journal('a');
    await journal.append([{ line: 1 }]);
    await appendFile(String(journal.file), '{"line":');
    const appended = journal.append([{ line: 3 }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await appendFile(String(journal.file), '2}\n');
    await appended;
    expect(await linesOf(journal)).toEqual([{ line: 1 }, { line: 2 }, { line: 3 }]);
  });

  it('is read backwards like forwards, from any place on, whatever the length of its lines', async () => {
    const journal = store.journal('a');
    const lengths = [0, 10, 65_536, 1, 200_000, 65_500, 30, 131_072, 5];
    await journal.append(lengths.map((length, index) => ({ index, text: 'ü'.repeat(length) })));
    const forwards = await linesOf(journal);
    expect(forwards).toHaveLength(lengths.length);
    const found = await backwards(journal);
    expect(found.map(([value]) => value)).toEqual(forwards.toReversed());
    for (const [index, [, place]] of found.entries()) {
      expect(await backwards(journal, place)).toEqual(found.slice(index + 1));
    }
  });

  it('that was removed is as if nothing had been written to it', async () => {
    const journal = store.journal('a');
    await journal.append([{ line: 1 }]);
    await journal.remove();
    await journal.remove();
    expect(await linesOf(journal)).toEqual([]);
    await journal.append([{ line: 2 }]);
    expect(await linesOf(store.journal('a'))).toEqual([{ line: 2 }]);
  });

  it('takes no memory while nobody writes to it', async () => {
    const writers = new JournalWriters();
    await mkdir(path.join(directory, 'many'));
    const writing = Array.from({ length: 50 }, (_, index) =>
      writers.append(path.join(directory, 'many', String(index)), '{}\n'),
    );
    expect(writers.count).toBe(50);
    await Promise.all(writing);
    await writers.allSettled();
    expect(writers.count).toBe(0);
  });
});
