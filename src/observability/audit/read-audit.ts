import { createReadStream } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { GENESIS, faultIn, hashOf } from './chain.ts';

const Entry = z.looseObject({
  type: z.string(),
  time: z.string(),
  request_id: z.string().optional(),
  principal: z.string().optional(),
  tool: z.string().optional(),
  identity: z.string().optional(),
  result: z.string().optional(),
  outcome: z.string().optional(),
});

export type AuditEntry = z.output<typeof Entry>;

const SUFFIX = '.audit.jsonl';

/** `<time>-<host>-<pid>.audit.jsonl`: one file and chain per process. */
export function auditFileName(now: Date, host: string, pid: number): string {
  return `${now.toISOString().replaceAll(/[:.]/g, '')}-${host}-${pid}${SUFFIX}`;
}

/** The audit files below a directory, oldest first; none when there is no directory. */
export async function auditFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted()
    .map((name) => path.join(directory, name));
}

/** Every record of a file, in order; lines that are none are skipped. */
export async function* readEntries(file: string): AsyncGenerator<AuditEntry> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = Entry.safeParse(parse(line));
    if (entry.success) yield entry.data;
  }
}

interface Verdict {
  records: number;
  /** Line and what is wrong with it. */
  fault?: string;
  /** Whether the last record says that the process ended in order. */
  ended: boolean;
}

/** Follows the chain of a file from its first line to the first fault, or the end. */
export async function verifyAudit(file: string): Promise<Verdict> {
  let last = { seq: 0, hash: GENESIS };
  let type: unknown;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const fault = faultIn(line, last);
    if (fault !== undefined)
      return { records: last.seq, fault: `line ${last.seq + 1} ${fault}`, ended: false };
    last = { seq: last.seq + 1, hash: hashOf(line) };
    type = Entry.safeParse(parse(line)).data?.type;
  }
  return { records: last.seq, ended: type === 'end' };
}

/** Deletes files that nobody has written to for longer than they are to be kept. */
export async function expireAudit(directory: string, keepDays: number, now: number): Promise<void> {
  for (const file of await auditFiles(directory)) {
    const { mtimeMs } = await stat(file);
    if (now - mtimeMs > keepDays * 24 * 3_600_000) await unlink(file);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
