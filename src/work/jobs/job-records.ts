import { parseDocument } from '../../json/parse-document.ts';
import { isInForce } from '../../state/leases.ts';
import { Job } from './job.ts';
import type { Queries, StateDatabase } from '../../state/state-database.ts';
import type { Owner } from './job.ts';

/** States in which a job is carried out by whichever process is free. */
const OPEN: readonly Job['state'][] = ['queued', 'running'];

export async function readJob(db: Queries, id: string): Promise<Job | undefined> {
  const row = await db.selectFrom('jobs').select('document').where('id', '=', id).executeTakeFirst();
  return row && parse(row);
}

/** The jobs of one owner, the newest first. */
export async function jobsOf({ db }: StateDatabase, { principal, keyId }: Owner): Promise<Job[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('document')
    .where('principal', '=', principal)
    .where('key_id', '=', keyId)
    .orderBy('created_at', 'desc')
    .execute();
  return rows.flatMap((row) => parse(row) ?? []);
}

/** Whether any job is to be carried out, or is being so. */
export async function hasOpenJobs({ db }: StateDatabase): Promise<boolean> {
  const query = db.selectFrom('jobs').select('id').where('state', 'in', OPEN).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Jobs to be carried out that no process has a lease of. */
export async function unattendedJobs({ db, time }: StateDatabase): Promise<Job[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('document')
    .where('state', 'in', OPEN)
    .where('id', 'not in', (query) => query.selectFrom('leases').select('name').where(isInForce(time)))
    .execute();
  return rows.flatMap((row) => parse(row) ?? []);
}

/** Writes a job that is new, or started once more: a cancellation of before does not count. */
export async function writeStarted(db: Queries, job: Job): Promise<void> {
  const values = { ...rowOf(job), cancel_requested: 0 };
  await db
    .insertInto('jobs')
    .values({ id: job.id, created_at: job.created_at, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

/** @param holder of the lease under which the job is written; without it whoever has the lease is not asked */
export async function writeJob(
  db: Queries,
  job: Job,
  lease?: { holder: string } & Pick<StateDatabase, 'time'>,
): Promise<void> {
  const update = db.updateTable('jobs').set(rowOf(job)).where('id', '=', job.id);
  if (!lease) return void (await update.execute());
  await update
    .where('id', 'in', (query) =>
      query
        .selectFrom('leases')
        .select('name')
        .where('holder', '=', lease.holder)
        .where('expires_ms', '>', lease.time),
    )
    .execute();
}

export async function requestCancellation({ db }: StateDatabase, id: string): Promise<void> {
  await db.updateTable('jobs').set({ cancel_requested: 1 }).where('id', '=', id).execute();
}

export async function isCancellationRequested({ db }: StateDatabase, id: string): Promise<boolean> {
  const row = await db.selectFrom('jobs').select('cancel_requested').where('id', '=', id).executeTakeFirst();
  return row?.cancel_requested === 1;
}

/** With all that was kept of it. */
export async function removeJob({ db }: StateDatabase, id: string): Promise<void> {
  await db.deleteFrom('jobs').where('id', '=', id).execute();
}

function rowOf(job: Job): {
  kind: string;
  principal: string;
  key_id: string;
  project: string | null;
  state: string;
  updated_ms: number;
  document: string;
} {
  const { kind, owner, project = null, state, updated_at: updatedAt } = job;
  return {
    kind,
    principal: owner.principal,
    key_id: owner.keyId,
    project,
    state,
    updated_ms: Date.parse(updatedAt),
    document: JSON.stringify(job),
  };
}

/** @returns undefined for what another version wrote in a form of its own */
function parse({ document }: { document: string }): Job | undefined {
  return Job.safeParse(parseDocument(document)).data;
}
