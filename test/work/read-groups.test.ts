import { describe, expect, it } from 'vitest';
import { noLocalFiles } from '../../src/access/local-files.ts';
import { openManifest } from '../../src/work/manifest/read-manifest.ts';
import type { LocalFiles } from '../../src/access/local-files.ts';
import type { ManifestRow } from '../../src/work/manifest/manifest-row.ts';

/** A directory of that many files, the last number first. */
function directory(count: number): LocalFiles {
  async function* entries(): AsyncGenerator<string> {
    for (let number = count - 1; number >= 0; number -= 1) yield `clip/f${number}.jpg`;
  }
  return { ...noLocalFiles, entries: async () => entries() };
}

async function rowsOf(groupBy: string, files: LocalFiles): Promise<ManifestRow[]> {
  const { rows } = await openManifest({ manifestPath: 'frames', groupBy }, files);
  const read: ManifestRow[] = [];
  for await (const row of rows) read.push(row);
  return read;
}

describe('the files of a directory', () => {
  it.each(['directory', '^(.+)/f\\d+'])('are one row by %s, however many there are', async (groupBy) => {
    const [row, ...others] = await rowsOf(groupBy, directory(200_000)); // without end where each file copies those before it
    expect(others).toEqual([]);
    const { name, count, frames } = row && 'cells' in row ? row.cells : {};
    expect({ name, count }).toEqual({ name: 'clip', count: 200_000 });
    expect(Array.isArray(frames) && [frames[9], frames[10], frames[199_999]]).toEqual([
      'clip/f9.jpg',
      'clip/f10.jpg',
      'clip/f199999.jpg',
    ]);
  });

  it('are refused by a pattern where there are more than can be kept', async () => {
    await expect(rowsOf('directory', directory(200_001))).rejects.toMatchObject({ name: 'RefusedArguments' });
  });
});
