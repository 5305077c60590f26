import { once } from 'node:events';
import { connect as connectTo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { EventLog } from '../../src/work/events/event-log.ts';
import { openRedisStore } from '../../src/work/store/redis-store.ts';
import { freePort, startRedis } from './parts.ts';
import type { Server, Socket } from 'node:net';
import type { Journal, WorkStore } from '../../src/work/store/work-store.ts';
import type { Part } from './parts.ts';

/** What a connection to Redis goes through here: it can lose an answer, or be gone for a while. */
class Line {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  /** The next answer is lost, and the connection with it. */
  losesNext = false;
  lost = 0;
  /** The longest answer between two questions, in bytes. */
  longest = 0;

  constructor(redisPort: number) {
    this.#server = createServer((client) => {
      const redis = connectTo(redisPort, '127.0.0.1');
      let answered = 0;
      const end = (): void => {
        client.destroy();
        redis.destroy();
      };
      for (const socket of [client, redis]) {
        this.#ends.add(socket);
        socket.on('error', end);
        socket.on('close', () => {
          this.#ends.delete(socket);
          end();
        });
      }
      client.on('data', (chunk) => {
        answered = 0;
        redis.write(chunk);
      });
      redis.on('data', (chunk) => {
        answered += chunk.length;
        this.longest = Math.max(this.longest, answered);
        if (!this.losesNext) {
          client.write(chunk);
          return;
        }
        this.losesNext = false;
        this.lost += 1;
        end();
      });
    });
  }

  async up(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async down(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#ends) socket.destroy();
    await closed;
  }
}

const logger = createLogger('silent');

let redis: Part;
let redisPort: number;
let line: Line;
let linePort: number;
let store: WorkStore;
let number = 0;
beforeAll(async () => {
  redisPort = await freePort();
  redis = await startRedis(redisPort);
});
afterAll(async () => {
  await redis.end();
});
beforeEach(async () => {
  number += 1;
  linePort = await freePort();
  line = new Line(redisPort);
  await line.up(linePort);
  store = openRedisStore(`redis://127.0.0.1:${linePort}`, logger);
  await store.get('jobs', 'none');
});
afterEach(async () => {
  await store.close();
  await line.down();
});

const journalOf = (from: WorkStore): Journal => from.journal(`journal-${number}`);

async function linesOf(journal: Journal): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const each of journal.lines()) found.push(each);
  return found;
}

describe('an answer of Redis that is lost with the connection', () => {
  it('leaves an appended line there once', async () => {
    const journal = journalOf(store);
    const expected: object[] = [];
    for (let index = 0; index < 20; index += 1) {
      line.losesNext = true;
      await journal.append([{ index }]);
      expected.push({ index });
    }
    expect(line.lost).toBe(20);
    expect(await linesOf(journal)).toEqual(expected);
  });

  it('leaves lines that are appended at the same time there once', async () => {
    const journal = journalOf(store);
    line.losesNext = true;
    await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append([{ index }])));
    expect(line.lost).toBe(1);
    expect(new Set((await linesOf(journal)).map((each) => JSON.stringify(each))).size).toBe(50);
    expect(await linesOf(journal)).toHaveLength(50);
  });

  it('is asked for again, whatever was asked', async () => {
    const lossy = async <T>(question: () => Promise<T>): Promise<T> => {
      line.losesNext = true;
      const begun = performance.now();
      const answer = await question();
      expect(line.losesNext).toBe(false);
      expect(performance.now() - begun).toBeLessThan(3_000);
      return answer;
    };
    const kind = `kind-${number}`;
    await lossy(() => store.put(kind, 'a', { a: 1 }));
    expect(await lossy(() => store.get(kind, 'a'))).toEqual({ a: 1 });
    expect(await lossy(() => store.list(kind))).toEqual([{ a: 1 }]);
    await journalOf(store).append([{ b: 1 }]);
    expect(await lossy(() => linesOf(journalOf(store)))).toEqual([{ b: 1 }]);
    await lossy(() => store.remove(kind, 'a'));
    expect(await store.list(kind)).toEqual([]);
  });

  it('leaves a hold with whoever took it, and free when it was given back', async () => {
    line.losesNext = true;
    const hold = await store.hold(`hold-${number}`);
    expect(hold).toBeDefined();
    expect(await store.hold(`hold-${number}`)).toBeUndefined();
    line.losesNext = true;
    await hold?.release();
    const next = await store.hold(`hold-${number}`);
    expect(next).toBeDefined();
    await next?.release();
  });
});

describe('while Redis is away', () => {
  it('what needs it waits for a moment', async () => {
    const journal = journalOf(store);
    await line.down();
    const appended = journal.append([{ index: 1 }]);
    await sleep(1_500);
    line = new Line(redisPort);
    await line.up(linePort);
    await appended;
    expect(await linesOf(journal)).toEqual([{ index: 1 }]);
  });

  it('what needs it fails after a few seconds, and from then on at once', async () => {
    await line.down();
    await expect(journalOf(store).append([{}])).rejects.toThrow('cannot be reached');
    const begun = performance.now();
    for (let index = 0; index < 20; index += 1) {
      await expect(store.put('jobs', 'a', {})).rejects.toThrow('cannot be reached');
    }
    expect(performance.now() - begun).toBeLessThan(1_000);
    line = new Line(redisPort);
    await line.up(linePort);
    await expect
      .poll(() => store.put('jobs', 'a', {}).then(() => 'there'), { timeout: 10_000 })
      .toBe('there');
  });
});

describe('a journal in Redis', () => {
  it('is read a bounded number of bytes at once', async () => {
    const journal = journalOf(store);
    const text = 'x'.repeat(700_000);
    await journal.append(Array.from({ length: 30 }, (_, index) => ({ index, text })));
    line.longest = 0;
    expect(await linesOf(journal)).toHaveLength(30);
    expect(line.longest).toBeGreaterThan(700_000);
    expect(line.longest).toBeLessThan(1_200_000);
  });

  it('is read from both ends, from any place on', async () => {
    const journal = journalOf(store);
    const all = Array.from({ length: 1_300 }, (_, index) => ({
      index,
      text: 'x'.repeat((index % 50) * 100),
    }));
    await journal.append(all);
    expect(await linesOf(journal)).toEqual(all);
    const rest: unknown[] = [];
    for await (const each of journal.lines(1_000)) rest.push(each);
    expect(rest).toEqual(all.slice(1_000));
    for (const before of [undefined, 1_300, 1_299, 700, 8, 1, 0]) {
      const found: unknown[] = [];
      for await (const { value, place } of journal.newestFirst(before)) {
        expect(value).toMatchObject({ index: place });
        found.push(value);
      }
      expect(found).toEqual(all.slice(0, before).toReversed());
    }
    await journal.remove();
    expect(await linesOf(journal)).toEqual([]);
  });
});

describe('an event that comes to two replicas at the same time', () => {
  it('is kept once', async () => {
    const other = openRedisStore(`redis://127.0.0.1:${redisPort}`, logger);
    const logs = [store, other].map((each) => new EventLog({ store: each, configured: true, now: Date.now }));
    for (let index = 0; index < 30; index += 1) {
      const body = { task_id: `twice-${index}`, status: 'completed' };
      const taken = await Promise.all(logs.map((log) => log.take(body)));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
    const ids: unknown[] = [];
    for await (const { event } of logs[0]?.newestFirst() ?? []) ids.push(event.task_id);
    expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => `twice-${29 - index}`));
    await other.close();
  });

  it('is taken by the second when the first could not keep it', async () => {
    const other = openRedisStore(`redis://127.0.0.1:${redisPort}`, logger);
    const full: WorkStore = {
      ...store,
      journal: (name) => ({
        file: undefined,
        lines: (from) => store.journal(name).lines(from),
        newestFirst: (before) => store.journal(name).newestFirst(before),
        remove: () => store.journal(name).remove(),
        append: async () => {
          await sleep(100);
          throw new Error('out of memory');
        },
      }),
    };
    const [first, second] = [full, other].map(
      (each) => new EventLog({ store: each, configured: true, now: Date.now }),
    );
    const body = { task_id: `failed-${number}`, status: 'completed' };
    const failing = first?.take(body).catch((error: Error) => error.message);
    await sleep(30);
    expect(await second?.take(body)).toBe(true);
    expect(await failing).toBe('out of memory');
    await other.close();
  });
});
