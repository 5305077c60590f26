import { openSqlite } from '../../src/state/sqlite.ts';
import { Job } from '../../src/work/jobs/job.ts';
import { writeStarted } from '../../src/work/jobs/job-records.ts';

/** A process that opens a file, writes jobs and closes it, again and again. */
const [file = '', rounds, writes] = process.argv.slice(2);
for (let round = 0; round < Number(rounds); round += 1) {
  const database = await openSqlite(file);
  for (let write = 0; write < Number(writes); write += 1) {
    const at = new Date().toISOString();
    const job = {
      id: `job_${process.pid}_${round}_${write}`,
      kind: 'count',
      tool: 'scale_ai_submit_plan',
      owner: { principal: 'tester', mode: 'sandbox', keyId: 'test' },
      title: 'Count',
      state: 'done',
      created_at: at,
      updated_at: at,
      input: {},
    };
    await writeStarted(database.db, Job.parse(job));
  }
  await database.close();
}
