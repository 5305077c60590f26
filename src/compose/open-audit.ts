import { AuditWriteError } from '../observability/audit/audit-file.ts';
import { openAuditTrail } from '../observability/audit/audit-trail.ts';
import { VERSION } from '../version.ts';
import { auditDirectory, whyUnusable } from './audit-directory.ts';
import type { Settings } from '../config/settings.ts';
import type { AuditTrail } from '../observability/audit/audit-trail.ts';
import type { Logger } from '../observability/logger.ts';
import type { AnswerRecord, CallIntent, CallRecord } from '../observability/audit-sink.ts';

/** The audit trail as far as it can be kept. */
export type OpenAudit = Omit<AuditTrail, 'file'>;

/** Undefined where the operator wants none. A directory that cannot be used stops writes, and not the server. */
export async function openAudit(settings: Settings, logger: Logger): Promise<OpenAudit | undefined> {
  if (!settings.audit) return undefined;
  const audit = new RetriedAudit(settings, logger);
  await audit
    .trail()
    .catch((error: unknown) => logger.error({ err: error }, 'this server is read-only so far'));
  return audit;
}

/** Tries again with every call, so that a disk that is mended needs no restart. */
class RetriedAudit implements OpenAudit {
  readonly #settings: Settings;
  readonly #logger: Logger;
  #opening: Promise<AuditTrail> | undefined;
  #opened: AuditTrail | undefined;

  constructor(settings: Settings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** @throws AuditWriteError when the file cannot be made */
  async trail(): Promise<AuditTrail> {
    const { retention_days: keepDays, audit_failure: onFailure } = this.#settings;
    const directory = auditDirectory(this.#settings);
    const logger = this.#logger;
    this.#opening ??= openAuditTrail({ directory, keepDays, onFailure, version: VERSION, logger });
    try {
      this.#opened = await this.#opening;
      return this.#opened;
    } catch (cause) {
      this.#opening = undefined;
      throw new AuditWriteError(whyUnusable(directory, cause), { cause });
    }
  }

  state(): 'up' | 'failing' {
    return this.#opened?.state() ?? 'failing';
  }

  async recordIntent(call: CallIntent): Promise<void> {
    const auditSink = await this.trail().catch((error: unknown) => {
      if (this.#settings.audit_failure === 'stop-writes') throw error;
      return undefined;
    });
    await auditSink?.recordIntent(call);
  }

  async record(call: CallRecord): Promise<void> {
    await this.#keep(call, async (trail) => trail.record(call));
  }

  async recordAnswer(answer: AnswerRecord): Promise<void> {
    await this.#keep(answer, async (trail) => trail.recordAnswer(answer));
  }

  async #keep(record: object, write: (trail: AuditTrail) => Promise<void>): Promise<void> {
    try {
      await write(await this.trail());
    } catch (error) {
      this.#logger.error({ err: error, ...record }, 'the audit file cannot be written; the record is here');
    }
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }
}
