import { allowLocalFiles, noLocalFiles } from '../access/local-files.ts';
import { modeOfKey } from '../access/mode.ts';
import { onlyProject } from '../access/project-scope.ts';
import { UnfilledKeyError, readScaleKey } from '../access/read-scale-key.ts';
import { prepareAuditDirectory } from './audit-directory.ts';
import { selectionFor } from './selection-for.ts';
import type { Caller } from '../access/caller.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleKey } from '../scale/scale-key.ts';
import { isLocalEndpoint, checkConsole } from '../config/derived-settings.ts';
import type { Settings } from '../config/settings.ts';

/** What the settings say by themselves, before anything is opened: enough to list what is offered. */
export interface Local {
  /** Who calls where nothing else is known: stdio, and HTTP without tokens. Nobody gets more than this caller. */
  caller: Caller;
  files: LocalFiles;
  /** The operator's; undefined in the sandbox, which has its own. */
  apiKey: ScaleKey | undefined;
  /** Why there is none although one was configured. */
  keyProblem?: string;
}

/** @throws what selection, directories and key are refused with; for them no call has to be waited for */
export async function openLocal(
  settings: Settings,
  logger: Logger,
  { isRemote }: { isRemote: boolean },
): Promise<Local> {
  const { project, sandbox } = settings;
  checkConsole(settings);
  const selection = selectionFor(settings);
  const unusable = await prepareAuditDirectory(settings);
  if (unusable !== undefined)
    logger.error(
      `${unusable} Until it can be made, tools are listed and reads work, but writes are refused.`,
    );
  const files = await filesFor(settings, isRemote);
  const { apiKey, keyProblem } = sandbox ? {} : await operatorKey(settings);
  warnAboutKey(settings, { apiKey, keyProblem }, logger);
  const mode: Mode | undefined = sandbox ? 'sandbox' : apiKey && modeOfKey(apiKey);
  const projects = project === undefined ? undefined : onlyProject(project);
  return {
    caller: { principal: 'local', selection, projects, mode, seesAll: true },
    files,
    apiKey,
    ...(keyProblem !== undefined && { keyProblem }),
  };
}

/** Over HTTP, only what the operator named is open, and only to callers who sit at this machine. */
async function filesFor(settings: Settings, isRemote: boolean): Promise<LocalFiles> {
  const isClosed = isRemote && (settings.allow_dir.length === 0 || !isLocalEndpoint(settings));
  return isClosed ? noLocalFiles : allowLocalFiles(settings.allow_dir);
}

type OperatorKey = { [K in 'apiKey' | 'keyProblem']?: Local[K] | undefined };

/** A key that was never filled in is none: the tools are listed all the same, and calls say what happened. */
async function operatorKey(settings: Settings): Promise<OperatorKey> {
  try {
    return { apiKey: await readScaleKey(settings) };
  } catch (error) {
    if (error instanceof UnfilledKeyError) return { keyProblem: error.message };
    throw error;
  }
}

function warnAboutKey(settings: Settings, { apiKey, keyProblem }: OperatorKey, logger: Logger): void {
  const isConfigured = settings.api_key !== undefined || settings.api_key_file !== undefined;
  if (settings.sandbox && isConfigured)
    logger.warn('--sandbox is on: the configured Scale API key is ignored');
  if (keyProblem !== undefined)
    logger.error(`${keyProblem} Until then tools are listed, and every call says so.`);
  else if (!settings.sandbox && apiKey === undefined) {
    logger.warn(
      'no Scale API key: tools are listed, calls will say how to set one (SCALE_API_KEY, or --sandbox)',
    );
  }
}
