import { allowLocalFiles, noLocalFiles } from '../access/local-files.ts';
import { modeOfKey } from '../access/mode.ts';
import { onlyProject } from '../access/project-scope.ts';
import { readScaleKey } from '../access/read-scale-key.ts';
import { prepareAuditDirectory } from './audit-directory.ts';
import { selectionFor } from './selection-for.ts';
import type { Caller } from '../access/caller.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleKey } from '../scale/scale-key.ts';
import type { Settings } from '../config/settings.ts';

/** What the settings say by themselves, before anything is opened: enough to list what is offered. */
export interface Local {
  /** Who calls where nothing else is known: stdio, and HTTP without tokens. Nobody gets more than this caller. */
  caller: Caller;
  files: LocalFiles;
  /** The operator's; undefined in the sandbox, which has its own. */
  apiKey: ScaleKey | undefined;
}

/** @throws what selection, directories and key are refused with; for them no call has to be waited for */
export async function openLocal(
  settings: Settings,
  logger: Logger,
  { isRemote }: { isRemote: boolean },
): Promise<Local> {
  const { project, sandbox } = settings;
  const selection = selectionFor(settings);
  await prepareAuditDirectory(settings);
  const files = isRemote ? noLocalFiles : await allowLocalFiles(settings.allow_dir);
  const apiKey = sandbox ? undefined : await readScaleKey(settings);
  warnAboutKey(settings, apiKey, logger);
  const mode: Mode | undefined = sandbox ? 'sandbox' : apiKey && modeOfKey(apiKey);
  const projects = project === undefined ? undefined : onlyProject(project);
  return { caller: { principal: 'local', selection, projects, mode }, files, apiKey };
}

function warnAboutKey(settings: Settings, apiKey: ScaleKey | undefined, logger: Logger): void {
  const isConfigured = settings.api_key !== undefined || settings.api_key_file !== undefined;
  if (settings.sandbox && isConfigured)
    logger.warn('--sandbox is on: the configured Scale API key is ignored');
  if (!settings.sandbox && apiKey === undefined) {
    logger.warn(
      'no Scale API key: tools are listed, calls will say how to set one (SCALE_API_KEY, or --sandbox)',
    );
  }
}
