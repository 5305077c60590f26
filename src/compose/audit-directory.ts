import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '../config/settings.ts';

export function auditDirectory({ state_dir: stateDir }: Settings): string {
  return path.join(stateDir, 'audit');
}

/**
 * Makes the directory of the audit auditSink.
 *
 * @returns why no file can be made in it, as a sentence with what to do; undefined when all is well
 */
export async function prepareAuditDirectory(settings: Settings): Promise<string | undefined> {
  if (!settings.audit) return undefined;
  const directory = auditDirectory(settings);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
    return undefined;
  } catch (error) {
    return whyUnusable(directory, error);
  }
}

export function whyUnusable(directory: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `No audit file can be made in ${directory} (${reason}). Choose another --state-dir, or turn it off with SCALE_MCP_AUDIT=off.`;
}
