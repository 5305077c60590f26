import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDatabaseUrl } from '../../src/access/read-database-url.ts';

const URL_OF_DATABASE = 'postgres://scale:s3cret@db.example:5432/scale';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'database-url-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function fileWith(text: string, mode: number): Promise<string> {
  const file = path.join(directory, 'url');
  await writeFile(file, text, { mode });
  return file;
}

describe('the URL of the database', () => {
  it('is that of the file, which wins over the variable', async () => {
    const file = await fileWith(`${URL_OF_DATABASE}\n`, 0o600);
    expect(await readDatabaseUrl({ database_url: 'postgres://other', database_url_file: file })).toBe(
      URL_OF_DATABASE,
    );
    expect(await readDatabaseUrl({ database_url: URL_OF_DATABASE })).toBe(URL_OF_DATABASE);
    expect(await readDatabaseUrl({})).toBeUndefined();
  });

  it('is refused when it is none, and not shown', async () => {
    const file = await fileWith('scale:s3cret@db.example', 0o600);
    const refused = readDatabaseUrl({ database_url_file: file });
    await expect(refused).rejects.toThrow(/must hold one URL, such as postgres:/);
    await expect(refused).rejects.not.toThrow(/s3cret/);
  });

  it('is refused from a file that everybody can read', async () => {
    const file = await fileWith(URL_OF_DATABASE, 0o644);
    await expect(readDatabaseUrl({ database_url_file: file })).rejects.toThrow(/chmod 600/);
  });
});
