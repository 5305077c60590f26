/**
 * Puts a section for the version of package.json at the top of CHANGELOG.md: the first lines of all commits since the
 * last tag, merges left out. Run by `npm version`, before its commit; edit what it wrote before you push.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };

const FILE = 'CHANGELOG.md';
const TITLE = '# Changelog\n';

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function lastTag(): string | undefined {
  try {
    return git('describe', '--tags', '--abbrev=0');
  } catch {
    return undefined; // nothing was released yet
  }
}

const heading = `## ${packageJson.version}\n`;
const changelog = readFileSync(FILE, 'utf8');
if (!changelog.startsWith(TITLE)) throw new Error(`${FILE} does not begin with "${TITLE.trim()}"`);
if (!changelog.includes(`\n${heading}`)) {
  const tag = lastTag();
  const commits = git('log', '--no-merges', '--format=- %s', tag === undefined ? 'HEAD' : `${tag}..HEAD`);
  writeFileSync(FILE, `${TITLE}\n${heading}\n${commits}\n${changelog.slice(TITLE.length)}`);
}
