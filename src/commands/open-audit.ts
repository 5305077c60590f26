import path from 'node:path';
import { ConfigError } from '../config/load.ts';
import { openAuditTrail } from '../observability/audit/audit-trail.ts';
import { VERSION } from '../version.ts';
import type { Settings } from '../config/settings.ts';
import type { AuditTrail } from '../observability/audit/audit-trail.ts';
import type { Logger } from '../observability/logger.ts';

/** @throws ConfigError when the file cannot be made */
export async function openAudit(settings: Settings, logger: Logger): Promise<AuditTrail | undefined> {
  if (!settings.audit) return undefined;
  const directory = path.join(settings.state_dir, 'audit');
  try {
    return await openAuditTrail({
      directory,
      keepDays: settings.retention_days,
      onFailure: settings.audit_failure,
      version: VERSION,
      logger,
    });
  } catch (error) {
    throw new ConfigError(
      `No audit file can be made in ${directory} (${error instanceof Error ? error.message : String(error)}). Choose another --state-dir, or turn it off with SCALE_MCP_AUDIT=off.`,
    );
  }
}
