import { spawn } from 'node:child_process';
import { builtFile } from '../built-file.ts';
import { ownProcessEnvironment } from '../own-process.ts';
import { isForgotten } from '../config/derived-settings.ts';
import type { Settings } from '../config/settings.ts';

/** What the process may know: where state is, and no key. */
const PASSED_ON = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'TMPDIR', 'XDG_STATE_HOME', 'LOCALAPPDATA'];

/**
 * Starts a process that goes on showing the questions that this one leaves: many hosts end their servers with the answer
 * that holds the link. It is in no group of the host's, which would be ended as a whole.
 *
 * @returns undefined where nothing outlives this process, or where the program runs from its sources
 */
export function approvalsHandOver(settings: Settings): (() => void) | undefined {
  const program = builtFile('cli.js');
  if (program === undefined || isForgotten(settings)) return undefined;
  const { state_dir: directory, sandbox, allow_dir: directories } = settings;
  const args = [
    'approvals',
    `--state-dir=${directory}`,
    ...(sandbox ? ['--sandbox'] : []),
    ...directories.map((one) => `--allow-dir=${one}`),
  ];
  const env = ownProcessEnvironment(PASSED_ON);
  return () => {
    const child = spawn(process.execPath, [program, ...args], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      env,
    });
    child.on('error', () => undefined); // the link is good again with the next server
    child.unref();
  };
}
