import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../config/load.ts';
import { auditFiles, readEntries, verifyAudit } from '../observability/audit/read-audit.ts';
import { EXIT } from './exit-codes.ts';
import { escapeUnseen } from '../json/escape-unseen.ts';
import { isTerminal, print } from './printer.ts';
import { showTable } from './shell/show-answer.ts';
import type { AuditEntry } from '../observability/audit/read-audit.ts';

/** Which records are asked for; each narrows. */
export interface AuditQuery {
  principal?: string;
  tool?: string;
  outcome?: string;
  /** A `request_id`. */
  request?: string;
  /** Times as in the records, or any part of one from the left: `2026-11`. */
  since?: string;
  until?: string;
}

/** `scale-ai-mcp audit verify`: follows the chain of each file; exit code 3 when one is broken. */
export async function verifyAuditCommand(places: readonly string[]): Promise<number> {
  let broken = 0;
  for (const file of await filesAt(places)) {
    const { records, fault, ended } = await verifyAudit(file);
    if (fault !== undefined) broken += 1;
    const state = fault === undefined ? `ok, ${records} records` : `BROKEN: ${fault}`;
    const open = fault === undefined && !ended ? '; no end record: still running, killed, or cut off' : '';
    print(`${file}: ${state}${open}`);
  }
  return broken > 0 ? EXIT.unhealthy : EXIT.ok;
}

/** What of a record a table has room for. */
const COLUMNS = ['time', 'principal', 'tool', 'result', 'outcome', 'request_id'];

/** `scale-ai-mcp audit query`: matching records, the oldest first: a table on a terminal, JSON lines in a pipe. */
export async function queryAuditCommand(places: readonly string[], query: AuditQuery): Promise<number> {
  const shown: AuditEntry[] = [];
  for (const file of await filesAt(places)) {
    for await (const entry of readEntries(file)) {
      if (!matches(entry, query)) continue;
      if (isTerminal()) shown.push(entry);
      else print(escapeUnseen(JSON.stringify(entry)));
    }
  }
  if (shown.length > 0)
    showTable(
      COLUMNS,
      shown.map((entry) => COLUMNS.map((name) => entry[name])),
    );
  return EXIT.ok;
}

function matches(entry: AuditEntry, { since, until, request, ...members }: AuditQuery): boolean {
  if (entry.request_id === undefined) return false;
  if (request !== undefined && entry.request_id !== request) return false;
  if (since !== undefined && entry.time < since) return false;
  if (until !== undefined && entry.time > until) return false;
  return Object.entries(members).every(([name, wanted]) => wanted === undefined || entry[name] === wanted);
}

/** @throws ConfigError for a place that does not exist, or a directory without audit files */
async function filesAt(places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const info = await stat(place).catch(() => {
      throw new ConfigError(`There is no file or directory ${place}.`);
    });
    const files = info.isDirectory() ? await auditFiles(place) : [place];
    if (files.length === 0) throw new ConfigError(`${path.resolve(place)} holds no audit files.`);
    found.push(...files);
  }
  return found;
}
