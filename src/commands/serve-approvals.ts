import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApprovalPages } from '../access/consent/approval-page.ts';
import { Questions } from '../access/consent/questions.ts';
import { allowLocalFiles } from '../access/local-files.ts';
import { stateFile } from '../config/derived-settings.ts';
import { openSqlite } from '../state/sqlite.ts';
import { EXIT } from './exit-codes.ts';
import type { Settings } from '../config/settings.ts';

/** How often is looked whether anybody is still to be asked. */
const LOOK_EVERY_MS = 1_000;

/**
 * `scale-ai-mcp approvals`: the pages of questions that a server over stdio left when its host ended it, until each is
 * answered or has expired, ten minutes at most. It knows no Scale key: what was agreed to is sent by the next server
 * that is asked for it. Returns the exit code.
 */
export async function serveApprovalsCommand(settings: Settings): Promise<number> {
  const file = stateFile(settings);
  const database = await openSqlite(file);
  const questions = new Questions(async () => database, Date.now);
  const pages = new ApprovalPages(settings.state_dir, questions, await allowLocalFiles(settings.allow_dir));
  try {
    await pages.resume();
    while ((await isThere(file)) && (await questions.anyOpen())) await sleep(LOOK_EVERY_MS);
    return EXIT.ok;
  } finally {
    await pages.close();
    await database.close();
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
