/** Links in README.md that a host opens to add this server: the entries that `setup` writes, in each host's own form. */
import { HOSTS } from '../src/commands/setup/hosts.ts';
import { entryFor, startThroughNpx } from '../src/commands/setup/server-entry.ts';
import type { Host } from '../src/commands/setup/hosts.ts';
import type { Entry } from '../src/commands/setup/server-entry.ts';

const NAME = 'scale';

export function installLinks(): string {
  const [cursor, code] = [hostOf('cursor'), hostOf('vscode')];
  const links = (isSandbox: boolean, notes: readonly string[]): string =>
    [`[Cursor](${cursorLink(entryOf(cursor, isSandbox))})`, `[VS Code](${vscodeLink(code, isSandbox)})`]
      .map((link, at) => `${link}${notes[at] ?? ''}`)
      .join(' · ');
  return [
    `- The sandbox, without an account: ${links(true, [])}`,
    `- Your account: ${links(false, [' (reads `SCALE_API_KEY`)', ' (asks for the key)'])}`,
  ].join('\n');
}

function hostOf(name: Host['name']): Host {
  const host = HOSTS.find((known) => known.name === name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

/** Of a project's file, since that never holds a key. */
function entryOf(host: Host, isSandbox: boolean): Entry {
  return entryFor(host, {
    start: startThroughNpx('linux', 'project'),
    args: isSandbox ? ['--sandbox'] : [],
    scope: 'project',
    isKeyless: isSandbox,
    key: undefined,
  });
}

/** https://cursor.com/docs/mcp/install-links; through the web address, since GitHub takes no link to `cursor:`. */
function cursorLink(entry: Entry): string {
  const config = Buffer.from(JSON.stringify(entry)).toString('base64');
  return `https://cursor.com/install-mcp?name=${NAME}&config=${encodeURIComponent(config)}`;
}

/** The form that README.md of microsoft/playwright-mcp uses; through the redirect, since GitHub takes no link to `vscode:`. */
function vscodeLink(host: Host, isSandbox: boolean): string {
  const inputs = isSandbox || !host.input ? {} : { inputs: [host.input] };
  const server = { name: NAME, ...entryOf(host, isSandbox), ...inputs };
  const target = `vscode:mcp/install?${encodeURIComponent(JSON.stringify(server))}`;
  return `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(target)}`;
}
