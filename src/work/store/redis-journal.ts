import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { RETENTION_DAYS } from './work-store.ts';
import type { Redis } from 'ioredis';
import type { Ask } from './redis-questions.ts';
import type { Journal, PlacedLine } from './work-store.ts';

const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

/** Of one command; a line that is longer stands alone. */
const MAX_LINES = 512;
const MAX_BYTES = 1024 * 1024;

/** How long an append is recognised when it comes again; nobody asks for nearly so long. */
const REMEMBERED_SECONDS = 60;

/** KEYS: journal, append. ARGV: seconds that each of them is kept, then the lines. */
const APPEND = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('RPUSH', KEYS[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], '', 'EX', ARGV[2])
return 1`;

/**
 * A few lines at a time, since nobody knows how long the next are.
 *
 * KEYS: journal. ARGV: first index, 'backwards' or not, most lines, most bytes.
 */
const READ = `
local found, bytes, at, back = {}, 0, tonumber(ARGV[1]), ARGV[2] == 'backwards'
while #found < tonumber(ARGV[3]) and at >= 0 do
  local from, to = at, at + 7
  if back then from, to = math.max(0, at - 7), at end
  local some = redis.call('LRANGE', KEYS[1], from, to)
  if #some == 0 then break end
  for i = 1, #some do
    local line = some[back and #some + 1 - i or i]
    bytes = bytes + #line
    if #found > 0 and bytes > tonumber(ARGV[4]) then return found end
    found[#found + 1] = line
  end
  at = back and from - 1 or to + 1
end
return found`;

const Texts = z.array(z.string());

/** A list of JSON lines. A line's place is its index. */
export class RedisJournal implements Journal {
  readonly file = undefined;
  readonly #redis: Redis;
  readonly #ask: Ask;
  readonly #key: string;

  constructor(redis: Redis, ask: Ask, key: string) {
    this.#redis = redis;
    this.#ask = ask;
    this.#key = key;
  }

  async append(lines: readonly object[]): Promise<void> {
    for (const texts of groupsOf(lines.map((line) => JSON.stringify(line)))) {
      const keys = [this.#key, `${this.#key}:append:${randomUUID()}`];
      await this.#ask(() =>
        this.#redis.eval(APPEND, keys.length, ...keys, RETENTION_SECONDS, REMEMBERED_SECONDS, ...texts),
      );
    }
  }

  async *lines(from = 0): AsyncGenerator {
    for (let start = from; ;) {
      const texts = await this.#read(start, 'onwards');
      if (texts.length === 0) return;
      start += texts.length;
      for (const text of texts) yield JSON.parse(text);
    }
  }

  async *newestFirst(before = Infinity): AsyncGenerator<PlacedLine> {
    const length = await this.#ask(() => this.#redis.llen(this.#key));
    let place = Math.min(before, length) - 1;
    while (place >= 0) {
      const texts = await this.#read(place, 'backwards');
      if (texts.length === 0) return;
      for (const text of texts) {
        yield { value: JSON.parse(text), place };
        place -= 1;
      }
    }
  }

  async remove(): Promise<void> {
    await this.#ask(() => this.#redis.del(this.#key));
  }

  async #read(first: number, direction: 'onwards' | 'backwards'): Promise<string[]> {
    return Texts.parse(
      await this.#ask(() => this.#redis.eval(READ, 1, this.#key, first, direction, MAX_LINES, MAX_BYTES)),
    );
  }
}

/** Texts that are written together. */
function* groupsOf(texts: readonly string[]): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const length = Buffer.byteLength(text);
    if (group.length === MAX_LINES || (group.length > 0 && bytes + length > MAX_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(text);
    bytes += length;
  }
  if (group.length > 0) yield group;
}
