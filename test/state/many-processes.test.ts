import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openSqlite } from '../../src/state/sqlite.ts';

const PROCESSES = 4;
const ROUNDS = 10;
const WRITES = 5;

it('several processes open, write and close one file at once, and every write is there', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'many-processes-'));
  const file = path.join(directory, 'state.sqlite');
  const args = [file, String(ROUNDS), String(WRITES)];
  const children = Array.from({ length: PROCESSES }, () =>
    fork('test/state/writer.ts', args, { execArgv: ['--import', 'tsx'] }),
  );
  const ends = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  expect(ends).toEqual(Array.from({ length: PROCESSES }, () => 0));
  const database = await openSqlite(file);
  const jobs = await database.db.selectFrom('jobs').select('id').execute();
  expect(jobs).toHaveLength(PROCESSES * ROUNDS * WRITES);
  expect(await database.db.selectFrom('processes').select('id').execute()).toHaveLength(1);
  await database.close();
  await rm(directory, { recursive: true });
});
