import { LocalFileError } from '../../access/local-files.ts';
import type { LocalFile, LocalFiles } from '../../access/local-files.ts';
import type { ExportLines } from './export-lines.ts';
import type { ExportSummary } from './export-record.ts';

/**
 * Writes an export to where a person wants it. What an earlier process had written is taken as it is when it is
 * complete, and started anew when it is not.
 *
 * @param content the export, and how much it is
 * @param jobId names the export among all
 * @throws LocalFileError when something else is there, or no file may be made there
 */
export async function writeExport(
  files: LocalFiles,
  file: string,
  { lines, ...size }: { lines: ExportLines } & Pick<ExportSummary, 'tasks' | 'bytes'>,
  jobId: string,
): Promise<void> {
  const writer = { writer: jobId };
  if (await isWritten(files, file, size)) await files.clearAway(file, writer);
  else await files.write(file, lines.read(), writer);
}

async function isWritten(
  files: LocalFiles,
  file: string,
  { tasks, bytes }: Pick<ExportSummary, 'tasks' | 'bytes'>,
): Promise<boolean> {
  const found = await openIfThere(files, file);
  if (!found) return false;
  try {
    return found.size === bytes && (await linesIn(found)) === tasks;
  } finally {
    await found.close();
  }
}

async function openIfThere(files: LocalFiles, file: string): Promise<LocalFile | undefined> {
  try {
    return await files.open(file, { maxBytes: Infinity });
  } catch (error) {
    if (error instanceof LocalFileError) return undefined;
    throw error;
  }
}

async function linesIn(file: LocalFile): Promise<number> {
  let lines = 0;
  for await (const chunk of file.content()) {
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
  }
  return lines;
}
