import { Redis } from 'ioredis';
import { holdKey } from './redis-hold.ts';
import { RedisJournal } from './redis-journal.ts';
import { questionsTo } from './redis-questions.ts';
import { Topics } from './topics.ts';
import { RETENTION_DAYS, checkName } from './work-store.ts';
import type { Logger } from '../../observability/logger.ts';
import type { WorkStore } from './work-store.ts';

const PREFIX = 'scale-ai-mcp:work';

const TOPICS = `${PREFIX}:topic:`;

const RETENTION_SECONDS = RETENTION_DAYS * 86_400;

/** A call fails when Redis has not answered for so long. */
const COMMAND_TIMEOUT_MS = 5_000;

/** Keeps everything in a Redis, so that any replica can go on with what another began. */
export function openRedisStore(url: string, logger: Logger): WorkStore {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 3,
    commandTimeout: COMMAND_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
  });
  const subscriber = new Redis(url, { maxRetriesPerRequest: null });
  for (const connection of [redis, subscriber]) {
    connection.on('error', (error: Error) => logger.debug({ err: error }, 'Redis'));
  }
  const ask = questionsTo(redis);
  const topics = new Topics();
  subscriber.on('pmessage', (_pattern: string, channel: string) => topics.tell(channel.slice(TOPICS.length)));
  subscriber.psubscribe(`${TOPICS}*`).catch((error: unknown) => logger.debug({ err: error }, 'Redis'));
  const keyOf = (kind: string, id: string): string => `${PREFIX}:${checkName(kind)}:${checkName(id)}`;
  const indexOf = (kind: string): string => `${PREFIX}:index:${checkName(kind)}`;
  return {
    async put(kind, id, document) {
      const [key, index, text] = [keyOf(kind, id), indexOf(kind), JSON.stringify(document)];
      await ask(() => redis.multi().set(key, text, 'EX', RETENTION_SECONDS).sadd(index, id).exec());
    },
    get: async (kind, id) => parse(await ask(() => redis.get(keyOf(kind, id)))),
    async remove(kind, id) {
      await ask(() => redis.multi().del(keyOf(kind, id)).srem(indexOf(kind), id).exec());
    },
    async list(kind) {
      const ids = await ask(() => redis.smembers(indexOf(kind)));
      if (ids.length === 0) return [];
      const texts = await ask(() => redis.mget(ids.map((id) => keyOf(kind, id))));
      const expired = ids.filter((_id, index) => texts[index] === null);
      if (expired.length > 0) await ask(() => redis.srem(indexOf(kind), ...expired));
      return texts.map(parse).filter((document) => document !== undefined);
    },
    journal: (name) => new RedisJournal(redis, ask, `${PREFIX}:journal:${checkName(name)}`),
    hold: (name) => holdKey(redis, ask, `${PREFIX}:hold:${checkName(name)}`),
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

function parse(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}
