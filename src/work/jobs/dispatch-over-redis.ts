import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { InFlight } from '../../in-flight.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Dispatcher, RunJob } from './dispatch.ts';

const QUEUE = 'jobs';
const PREFIX = 'scale-ai-mcp:dispatch';

/** Jobs that one process has at once. Most of them wait, for labelers or for their turn at Scale, for days. */
const CONCURRENCY = 500;

/** How long a stopping process waits for Redis to take back what is left undone, and how often it looks. */
const HAND_BACK_MS = 2_000;
const LOOK_EVERY_MS = 20;

/** A process that was killed is noticed after this. */
const LOCK_MS = 10_000;
const LOOK_FOR_STALLED_MS = 3_000;

/** A job that another process still has is offered again so often, for as long as a lease can last and far beyond. */
const AGAIN = { attempts: 10_000, backoff: { type: 'fixed', delay: 2_000 } } as const;

/**
 * Has whichever replica is free do the work; BullMQ only brings it there. What a job is and how far it got stands in
 * the store.
 */
export function dispatchOverRedis(url: string, run: RunJob, logger: Logger): Dispatcher {
  const connect = (): Redis => {
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', (error: Error) => logger.debug({ err: error }, 'Redis'));
    return redis;
  };
  const connections = [connect(), connect()] as const;
  const queue = new Queue(QUEUE, { connection: connections[0], prefix: PREFIX });
  const runs = new InFlight();
  const inHand = new Set<string | undefined>();
  const worker = new Worker(
    QUEUE,
    async ({ data }: { data: { jobId: string } }) => {
      const end = await runs.add(run(data.jobId));
      if (end !== 'ended') throw new Error(`${data.jobId} is ${end}`);
    },
    {
      connection: connections[1],
      prefix: PREFIX,
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_STALLED_MS,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    },
  );
  const onError = (error: Error): void => logger.debug({ err: error }, 'the queue of jobs');
  queue.on('error', onError);
  worker.on('error', onError);
  worker.on('active', ({ id }) => inHand.add(id));
  worker.on('completed', ({ id }) => inHand.delete(id));
  worker.on('failed', (job) => inHand.delete(job?.id));
  const handedBack = async (): Promise<void> => {
    const until = performance.now() + HAND_BACK_MS;
    while (inHand.size > 0 && connections[1].status === 'ready' && performance.now() < until) {
      await sleep(LOOK_EVERY_MS);
    }
  };
  return {
    async send(jobId) {
      // The same name again would be ignored while an ended one is remembered.
      await queue.add('job', { jobId }, { ...AGAIN, jobId, removeOnComplete: true, removeOnFail: true });
    },
    // A worker that is asked to close gently waits without end for a connection that Redis broke just now: what it
    // would wait for is waited for here, and then it is closed by force.
    async close() {
      await worker.pause(true);
      await runs.settled();
      await handedBack();
      const goodbye = Promise.all([worker.close(true), queue.close()]).catch(onError);
      await Promise.race([goodbye, sleep(HAND_BACK_MS, undefined, { ref: false })]);
      for (const connection of connections) connection.disconnect();
    },
  };
}
