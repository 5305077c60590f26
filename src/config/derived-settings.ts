import path from 'node:path';
import { ConfigError } from './load.ts';
import type { Settings } from './settings.ts';

/** Who is let in over HTTP: a file with tokens or an issuer is not ignored for want of a flag. */
export function authOf({ auth, oauth, tokens }: Settings): 'none' | 'tokens' | 'oauth' {
  if (auth !== undefined) return auth;
  if (oauth) return 'oauth';
  return tokens.length > 0 ? 'tokens' : 'none';
}

/**
 * Whether callers over HTTP sit at this machine: without tokens only loopback addresses are listened on, and no other
 * name leads here.
 */
export function isLocalEndpoint(settings: Settings): boolean {
  return authOf(settings) === 'none' && settings.allow_host.length === 0;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/**
 * Whether a page of this machine can be opened by whoever calls over HTTP: the server listens on loopback, and under no
 * other name.
 */
export function isOnLoopback(settings: Settings): boolean {
  const { host, allow_host: names } = settings;
  return LOOPBACK.has(host) && names.length === 0 && authOf(settings) !== 'oauth';
}

/** Where people reach the console, as far as the settings say; undefined where they do not. */
export function consoleUrl({ console: isOn, console_url: url, oauth }: Settings): string | undefined {
  if (!isOn) return undefined;
  return url ?? (oauth && new URL('/console', oauth.resource).href);
}

/** @throws ConfigError for a console that everybody could open, and for links to one that is off or of no known address */
export function checkConsole(settings: Settings): void {
  if (settings.console && authOf(settings) === 'none' && !isLocalEndpoint(settings)) {
    throw new ConfigError(
      '--console without tokens shows everything to whoever reaches it, which with --allow-host is not only this machine. Use --auth tokens or oauth, or leave --allow-host out.',
    );
  }
  if (settings.confirm_fallback !== 'console' || consoleUrl(settings) !== undefined) return;
  throw new ConfigError(
    '--confirm-fallback console needs a console to lead to. Start with http --console, and say where people reach it: --console-url https://mcp.example.com/console, or oauth with its resource.',
  );
}

/** Where the embedded sandbox keeps its state; undefined for one that keeps it in memory. */
export function sandboxDirectory({ data, state_dir: stateDir }: Settings): string | undefined {
  return data === 'none' ? undefined : (data ?? path.join(stateDir, 'sandbox'));
}

/** The database of this machine; what is about the sandbox is kept apart from what is about Scale. */
export function stateFile({ state_dir: directory, sandbox }: Settings): string {
  return path.join(directory, sandbox ? 'sandbox-state.sqlite' : 'state.sqlite');
}

/** Files for whoever sits at this machine: exports, rows and items. */
export function copiesDirectory({ state_dir: directory, sandbox }: Settings): string {
  return path.join(directory, sandbox ? 'sandbox-copies' : 'copies');
}

/** Plans for a sandbox that keeps nothing would outlive what they are about. */
export function isForgotten(settings: Settings): boolean {
  return settings.sandbox && sandboxDirectory(settings) === undefined;
}
