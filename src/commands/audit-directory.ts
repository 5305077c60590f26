import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';

export function auditDirectory({ state_dir: stateDir }: Settings): string {
  return path.join(stateDir, 'audit');
}

/**
 * Makes the directory of the audit trail.
 *
 * @throws ConfigError where no file could be made in it
 */
export async function prepareAuditDirectory(settings: Settings): Promise<void> {
  if (!settings.audit) return;
  const directory = auditDirectory(settings);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw unusable(directory, error);
  }
}

export function unusable(directory: string, error: unknown): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(
    `No audit file can be made in ${directory} (${reason}). Choose another --state-dir, or turn it off with SCALE_MCP_AUDIT=off.`,
  );
}
