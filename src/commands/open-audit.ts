import { openAuditTrail } from '../observability/audit/audit-trail.ts';
import { VERSION } from '../version.ts';
import { auditDirectory, unusable } from './audit-directory.ts';
import type { Settings } from '../config/settings.ts';
import type { AuditTrail } from '../observability/audit/audit-trail.ts';
import type { Logger } from '../observability/logger.ts';

/** @throws ConfigError when the file cannot be made */
export async function openAudit(settings: Settings, logger: Logger): Promise<AuditTrail | undefined> {
  if (!settings.audit) return undefined;
  const directory = auditDirectory(settings);
  try {
    return await openAuditTrail({
      directory,
      keepDays: settings.retention_days,
      onFailure: settings.audit_failure,
      version: VERSION,
      logger,
    });
  } catch (error) {
    throw unusable(directory, error);
  }
}
