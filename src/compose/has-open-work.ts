import { existsSync } from 'node:fs';
import { Questions } from '../access/consent/questions.ts';
import { hasOpenJobs } from '../work/jobs/job-records.ts';

/**
 * Whether jobs or questions are open in a file, which a process that has ended may have left. Looked at when a server starts over stdio, whose
 * other parts are only opened with the first call.
 */
export async function hasOpenWork(file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const { openSqlite } = await import('../state/sqlite.ts');
  const database = await openSqlite(file);
  try {
    const questions = new Questions(async () => database, Date.now);
    return (await hasOpenJobs(database)) || (await questions.anyOpen());
  } finally {
    await database.close();
  }
}
