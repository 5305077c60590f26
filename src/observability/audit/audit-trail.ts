import { hostname } from 'node:os';
import path from 'node:path';
import { AuditFile } from './audit-file.ts';
import { auditFileName, auditFiles, expireAudit, readEntries } from './read-audit.ts';
import { isRunning } from '../is-running.ts';
import type { AuditEntry } from './read-audit.ts';
import type { Logger } from '../logger.ts';
import type { AnswerRecord, AuditSink, CallIntent, CallRecord } from '../audit-sink.ts';

/** No call lasts this long: an intent without an outcome is then settled as unknown, whoever wrote it. */
const LONGEST_CALL_MS = 15 * 60_000;

interface AuditOptions {
  directory: string;
  keepDays: number;
  /** `stop-writes`: nothing with an effect is sent that cannot be recorded first. */
  onFailure: 'stop-writes' | 'continue';
  version: string;
  logger: Logger;
  now?: () => number;
}

export interface AuditTrail extends AuditSink {
  readonly file: string;
  /** Whether the last record could be written. */
  state(): 'up' | 'failing';
  /** Never throws: what a person said stands. */
  recordAnswer(answer: AnswerRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Keeps every call in a chained file of this process. Calls that earlier processes began and did not finish
 * are reported as `unknown`, once.
 *
 * @throws the error of the file system when the file cannot be made
 */
export async function openAuditTrail(options: AuditOptions): Promise<AuditTrail> {
  const { directory, logger, now = Date.now } = options;
  const stamp = (): string => new Date(now()).toISOString();
  await expireAudit(directory, options.keepDays, now());
  const unfinished = await unfinishedCalls(directory, now());
  const file = await AuditFile.create(directory, auditFileName(new Date(now()), hostname(), process.pid));
  await file.append({ type: 'start', time: stamp(), version: options.version, pid: process.pid });
  for (const { request_id, tool, principal, identity } of unfinished) {
    const call = { request_id, tool, principal, ...(identity !== undefined && { identity }) };
    await file.append({ type: 'recovered', time: stamp(), ...call, outcome: 'unknown' });
    logger.warn(call, 'an earlier process was ended during this call: its outcome is unknown');
  }
  const started = new Set<string>();
  let state: 'up' | 'failing' = 'up';
  const gap = new Gap();
  const write: AuditFile['append'] = async (entry, options) => {
    try {
      await gap.tell((missing) => file.append({ type: 'gap', time: stamp(), ...missing }));
      await file.append(entry, options);
      state = 'up';
    } catch (error) {
      state = 'failing';
      throw error;
    }
  };

  return {
    file: file.path,
    state: () => state,
    async recordIntent(call: CallIntent) {
      try {
        await write({ type: 'intent', time: stamp(), ...call });
        started.add(call.request_id);
      } catch (error) {
        logger.error({ err: error, request_id: call.request_id }, 'the audit file cannot be written');
        if (options.onFailure === 'stop-writes') throw error;
      }
    },
    async record(call: CallRecord) {
      const isAwaited = started.delete(call.request_id);
      const entry = { type: 'call', time: stamp(), ...call };
      const kept = write(entry, { isAwaited }).catch((error: unknown) => {
        logger.error({ err: error, ...call }, 'the audit file cannot be written; the record is here');
        gap.add(call.request_id, stamp());
      });
      if (isAwaited) await kept;
    },
    async recordAnswer(answer: AnswerRecord) {
      await write({ type: 'answer', time: stamp(), ...answer }).catch((error: unknown) => {
        logger.error({ err: error, ...answer }, 'the audit file cannot be written; the record is here');
        gap.add(answer.request_id, stamp());
      });
    },
    async close() {
      await file.append({ type: 'end', time: stamp() }).catch(() => undefined);
      await file.close();
    },
  };
}

/** Request ids of a gap that are named; of more, the number is told. */
const MAX_NAMED = 1_000;

/** Records that could not be kept: the first one that can names them, so that the chain shows what is missing. */
class Gap {
  #missing: { since: string; records: number; request_ids: string[] } | undefined;

  add(requestId: string, now: string): void {
    this.#missing ??= { since: now, records: 0, request_ids: [] };
    this.#missing.records += 1;
    if (this.#missing.request_ids.length < MAX_NAMED) this.#missing.request_ids.push(requestId);
  }

  /** @throws what `append` does; the gap then stays */
  async tell(append: (missing: object) => Promise<void>): Promise<void> {
    const missing = this.#missing;
    if (!missing) return;
    this.#missing = undefined;
    try {
      await append(missing);
    } catch (error) {
      this.#missing = missing;
      throw error;
    }
  }
}

/** Intents without an outcome in the files of processes that are gone. */
async function unfinishedCalls(directory: string, now: number): Promise<AuditEntry[]> {
  const open = new Map<string, AuditEntry>();
  for (const file of await auditFiles(directory)) {
    for await (const entry of readEntries(file)) {
      if (entry.request_id === undefined) continue;
      const mayStillRun = mayBeRunning(file) && now - Date.parse(entry.time) < LONGEST_CALL_MS;
      if (entry.type === 'intent' && !mayStillRun) open.set(entry.request_id, entry);
      else open.delete(entry.request_id);
    }
  }
  return [...open.values()];
}

/** Of another machine nothing is known: its processes count as running. */
function mayBeRunning(file: string): boolean {
  const [, host, pid] = /Z-(.*)-(\d+)\.audit\.jsonl$/.exec(path.basename(file)) ?? [];
  if (host !== hostname()) return true;
  // A container's process has the same number each time; this one has not written a file yet.
  if (Number(pid) === process.pid) return false;
  return isRunning(Number(pid));
}
