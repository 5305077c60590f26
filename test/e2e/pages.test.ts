import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { HOSTS } from '../../src/commands/setup/hosts.ts';
import { SETTING_NAMES } from '../../src/config/settings.ts';

const README = readFileSync('README.md', 'utf8');

const PAGES = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

/** Outside of code. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '')
    .replaceAll(/(`+)[^`\n]+\1(?!\])/g, '');
}

function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\((?<target>[^)\s]+)\)/g)]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub names them. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#{1,6} (?<heading>.+)$/gm);
  return new Set(
    [...headings].map(({ groups }) =>
      (groups?.['heading'] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

it.each(PAGES)('%s links to what exists', (page) => {
  const dead = linksOf(page).filter((target) => {
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? page : path.join(path.dirname(page), file);
    return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).has(anchor));
  });
  expect(dead).toEqual([]);
});

it('README has at most 9 kB', () => {
  expect(Buffer.byteLength(README)).toBeLessThanOrEqual(9_000);
});

it('README says how to try and to test, and how to add the server to every host', () => {
  expect(README).toContain('\nnpm ci && npm run demo\n');
  expect(README).toContain('\nnpm ci && npm test\n');
  for (const { name } of HOSTS) expect(README).toContain(name);
});

it('a reader finds every setting within two clicks from README', () => {
  expect(linksOf('README.md')).toContain('docs/reference/settings.md');
  const settings = linksOf('docs/reference/settings.md');
  expect(settings).toEqual(expect.arrayContaining(SETTING_NAMES.map((name) => `#${name}`)));
});

it('docs/index.md leads to every page but those that a page of its own lists', () => {
  const listed = linksOf('docs/index.md').map((target) => path.join('docs', target.split('#')[0] ?? ''));
  const unlisted = PAGES.filter(
    (page) => page.startsWith('docs/') && !/^docs\/(index\.md|(clients|decisions)\/(?!README))/.test(page),
  ).filter((page) => !listed.includes(page));
  expect(unlisted).toEqual([]);
});

it('Cursor and VS Code get from README what setup would write', () => {
  const links = [...README.matchAll(/\((?<link>https:\/\/[^)]*(?:install-mcp|redirect)[^)]*)\)/g)].map(
    ({ groups }) => new URL(groups?.['link'] ?? ''),
  );
  const cursor = links
    .filter(({ hostname }) => hostname === 'cursor.com')
    .map(({ searchParams }) => Buffer.from(searchParams.get('config') ?? '', 'base64').toString());
  const code = links
    .filter(({ hostname }) => hostname === 'insiders.vscode.dev')
    .map(({ searchParams }) =>
      decodeURIComponent((searchParams.get('url') ?? '').replace('vscode:mcp/install?', '')),
    );
  const sandbox = { command: 'npx', args: ['-y', 'scale-ai-mcp', '--sandbox'] };
  const account = { command: 'npx', args: ['-y', 'scale-ai-mcp'] };
  expect(cursor.map((text): unknown => JSON.parse(text))).toMatchObject([
    sandbox,
    { ...account, env: { SCALE_API_KEY: '${env:SCALE_API_KEY}' } },
  ]);
  expect(code.map((text): unknown => JSON.parse(text))).toMatchObject([
    { name: 'scale', ...sandbox },
    {
      name: 'scale',
      ...account,
      env: { SCALE_API_KEY: '${input:scale-api-key}' },
      inputs: [{ id: 'scale-api-key', type: 'promptString', password: true }],
    },
  ]);
});
