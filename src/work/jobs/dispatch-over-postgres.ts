import { InFlight } from './in-flight.ts';
import type { Pool } from 'pg';
import type { Logger } from '../../observability/logger.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Dispatcher, RunJob } from './dispatch.ts';

const QUEUE = 'jobs';
const SCHEMA = 'scale_ai_mcp_queue';

/** Told to all replicas when there is something to fetch; what nobody was told of is fetched after a while. */
const SENT = 'queue.jobs';
const POLL_S = 1;

/** Jobs that one replica fetches at once; the rest are for others. */
const BATCH = 5;

/** How long a stopping process waits for the step of a job that it is at. */
const PATIENCE_MS = 10_000;

/**
 * Has whichever replica is free do the work; pg-boss only brings it there. What a job is, how far it got and who is at
 * it stands in our own tables, so that a replica gives a job back to the queue as soon as it has started: one that dies
 * later is missed by its lease, and not by the queue, whose jobs may not run for days.
 */
export async function dispatchOverPostgres(
  pool: Pool,
  database: Pick<StateDatabase, 'notify' | 'listen'>,
  logger: Logger,
): Promise<(run: RunJob) => Dispatcher> {
  const { default: PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: SCHEMA,
    schedule: false,
  });
  boss.on('error', (error) => logger.debug({ err: error }, 'the queue of jobs'));
  await boss.start();
  await boss.createQueue(QUEUE, { name: QUEUE, policy: 'short' });
  return (run) => {
    const runs = new InFlight(PATIENCE_MS);
    const carryOut = async (jobId: string): Promise<void> => {
      try {
        await run(jobId);
      } catch (error) {
        logger.error({ err: error, job: jobId }, 'a job cannot be carried out at present');
      }
    };
    const worker = boss.work<{ jobId: string }>(
      QUEUE,
      { pollingIntervalSeconds: POLL_S, batchSize: BATCH },
      async (jobs) => {
        for (const { data } of jobs) void runs.add(carryOut(data.jobId));
      },
    );
    worker.catch((error: unknown) => logger.error({ err: error }, 'the queue of jobs cannot be read'));
    const unlisten = database.listen(SENT, () => {
      worker.then((id) => boss.notifyWorker(id)).catch(() => undefined);
    });
    return {
      // One that cannot be sent is written down, and found there by every replica.
      async send(jobId) {
        try {
          await boss.send(QUEUE, { jobId }, { singletonKey: jobId });
          database.notify(SENT);
        } catch (error) {
          logger.debug({ err: error, job: jobId }, 'a job could not be sent to the queue');
        }
      },
      async close() {
        unlisten();
        await boss.stop({ graceful: false, wait: false, close: false }).catch(() => undefined);
        await runs.settled();
      },
    };
  };
}
