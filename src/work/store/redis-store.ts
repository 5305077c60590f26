import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Topics } from './topics.ts';
import { RETENTION_DAYS, checkName } from './work-store.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Hold, Journal, WorkStore } from './work-store.ts';

const PREFIX = 'scale-ai-mcp:work';

const TOPICS = `${PREFIX}:topic:`;

const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

/** A hold that is not renewed is free again after this: its holder was killed. */
const LEASE_MS = 10_000;
const RENEW_MS = 2_500;

/** Lines read at once, and written at once. */
const CHUNK = 500;

/** A call fails when Redis has not answered for so long. */
const COMMAND_TIMEOUT_MS = 5_000;

/** KEYS: the hold. ARGV: holder, lease in milliseconds (0 gives it back). */
const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** Keeps everything in a Redis, so that any replica can go on with what another began. */
export function openRedisStore(url: string, logger: Logger): WorkStore {
  const redis = new Redis(url, { maxRetriesPerRequest: 3, commandTimeout: COMMAND_TIMEOUT_MS });
  const subscriber = new Redis(url, { maxRetriesPerRequest: null });
  for (const connection of [redis, subscriber]) {
    connection.on('error', (error: Error) => logger.debug({ err: error }, 'Redis'));
  }
  const topics = new Topics();
  subscriber.on('pmessage', (_pattern: string, channel: string) => topics.tell(channel.slice(TOPICS.length)));
  subscriber.psubscribe(`${TOPICS}*`).catch((error: unknown) => logger.debug({ err: error }, 'Redis'));
  const keyOf = (kind: string, id: string): string => `${PREFIX}:${checkName(kind)}:${checkName(id)}`;
  const indexOf = (kind: string): string => `${PREFIX}:index:${checkName(kind)}`;
  return {
    async put(kind, id, document) {
      await redis
        .multi()
        .set(keyOf(kind, id), JSON.stringify(document), 'EX', RETENTION_SECONDS)
        .sadd(indexOf(kind), id)
        .exec();
    },
    get: async (kind, id) => parse(await redis.get(keyOf(kind, id))),
    async remove(kind, id) {
      await redis.multi().del(keyOf(kind, id)).srem(indexOf(kind), id).exec();
    },
    async list(kind) {
      const ids = await redis.smembers(indexOf(kind));
      if (ids.length === 0) return [];
      const texts = await redis.mget(ids.map((id) => keyOf(kind, id)));
      const expired = ids.filter((_id, index) => texts[index] === null);
      if (expired.length > 0) await redis.srem(indexOf(kind), ...expired);
      return texts.map(parse).filter((document) => document !== undefined);
    },
    journal: (name) => new RedisJournal(redis, `${PREFIX}:journal:${checkName(name)}`),
    hold: (name) => holdKey(redis, `${PREFIX}:hold:${checkName(name)}`),
    announce(topic) {
      redis.publish(`${TOPICS}${topic}`, '').catch((error: unknown) => {
        logger.debug({ err: error, topic }, 'nobody could be told');
      });
    },
    listen: (topic, wake) => topics.listen(topic, wake),
    async close() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

class RedisJournal implements Journal {
  readonly file = undefined;
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  async append(lines: readonly object[]): Promise<void> {
    for (let start = 0; start < lines.length; start += CHUNK) {
      const texts = lines.slice(start, start + CHUNK).map((line) => JSON.stringify(line));
      await this.#redis.rpush(this.#key, ...texts);
    }
    await this.#redis.expire(this.#key, RETENTION_SECONDS);
  }

  async *lines(from = 0): AsyncGenerator {
    for (let start = from; ; start += CHUNK) {
      const texts = await this.#redis.lrange(this.#key, start, start + CHUNK - 1);
      for (const text of texts) yield parse(text);
      if (texts.length < CHUNK) return;
    }
  }
}

async function holdKey(redis: Redis, key: string): Promise<Hold | undefined> {
  const holder = randomUUID();
  if ((await redis.set(key, holder, 'PX', LEASE_MS, 'NX')) !== 'OK') return undefined;
  const lost = new AbortController();
  let heldUntil = Date.now() + LEASE_MS;
  const renew = async (): Promise<void> => {
    const asked = Date.now();
    const kept = await redis.eval(KEEP, 1, key, holder, LEASE_MS).catch(() => undefined);
    if (kept === 1) heldUntil = asked + LEASE_MS;
    else if (kept === 0 || Date.now() >= heldUntil)
      lost.abort(new Error('another replica may go on with it'));
  };
  const renewal = setInterval(() => void renew(), RENEW_MS).unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(renewal);
      await redis.eval(KEEP, 1, key, holder, 0).catch(() => undefined); // the lease ends by itself
    },
  };
}

function parse(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}
