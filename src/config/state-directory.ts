import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where state is kept that nobody named a directory for. XDG Base Directory Specification: state that should persist but
 * is not worth backing up. Windows has a folder for what belongs to one machine.
 */
export function defaultStateDirectory(
  platform: string = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  const of = platform === 'win32' ? path.win32 : path.posix;
  const { XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (xdg !== undefined && of.isAbsolute(xdg)) return of.join(xdg, 'scale-ai-mcp');
  // The folder itself holds what the launcher keeps.
  if (platform === 'win32' && local !== undefined && of.isAbsolute(local))
    return of.join(local, 'scale-ai-mcp/state');
  return of.join(home, '.local/state', 'scale-ai-mcp');
}
