import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** How long Redis may be away before what needs it fails. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 25;

/** Asks Redis something that may be asked twice without harm. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>;

class AnswerLost extends Error {
  override name = 'AnswerLost';
}

/**
 * Asks again what was left without an answer when the connection was lost. The connection's own way would send it
 * again whether or not it may be carried out twice; without that, it would wait for the answer until its time is up.
 *
 * @returns a function that throws Error when Redis is away for longer than a moment
 */
export function questionsTo(redis: Redis): Ask {
  const unanswered = new Set<() => void>();
  let lostAt: number | undefined;
  redis.on('ready', () => {
    lostAt = undefined;
  });
  redis.on('close', () => {
    lostAt ??= performance.now();
    for (const lose of unanswered) lose();
  });

  const connected = async (until: number): Promise<void> => {
    while (redis.status !== 'ready') {
      if (redis.status === 'end') throw new Error('the connection to Redis was closed');
      if (performance.now() >= until) throw new Error('Redis cannot be reached');
      await sleep(LOOK_EVERY_MS);
    }
  };
  const answer = <T>(question: () => Promise<T>): Promise<T> => {
    let lose = (): void => undefined;
    const lost = new Promise<never>((_resolve, reject) => {
      lose = () => reject(new AnswerLost('the connection to Redis was lost'));
      unanswered.add(lose);
    });
    return Promise.race([question(), lost]).finally(() => unanswered.delete(lose));
  };

  return async (question) => {
    const until = Math.min(performance.now(), lostAt ?? Infinity) + PATIENCE_MS;
    for (;;) {
      await connected(until);
      try {
        return await answer(question);
      } catch (error) {
        if (!(error instanceof AnswerLost) || performance.now() >= until) throw error;
      }
    }
  };
}
