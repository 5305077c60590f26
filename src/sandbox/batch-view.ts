import { timestamp } from './clock.ts';
import { present } from './json.ts';
import type { JsonObject } from './json.ts';
import type { BatchRecord } from './state/records.ts';

/** A batch as Scale shows it; `metadata` is always there. */
export function batchView(batch: BatchRecord): JsonObject {
  return {
    name: batch.name,
    project: batch.project,
    status: batch.status,
    created_at: timestamp(batch.createdAt),
    metadata: batch.metadata,
    ...present({
      callback: batch.callback === '' ? undefined : batch.callback,
      completed_at: batch.completedAt === undefined ? undefined : timestamp(batch.completedAt),
      last_audited_at: batch.lastAuditedAt === undefined ? undefined : timestamp(batch.lastAuditedAt),
    }),
  };
}
