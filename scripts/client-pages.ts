/** What in docs/clients derives from tested programs, from runs of them, and from the setup command. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { withEntry } from '../src/commands/setup/change.ts';
import { HOSTS, fileOf } from '../src/commands/setup/hosts.ts';
import { entryFor, startThroughNpx } from '../src/commands/setup/server-entry.ts';
import { CLIENTS } from './clients.ts';
import { changedLines } from './changed-lines.ts';
import type { Host, Machine } from '../src/commands/setup/hosts.ts';
import type { Client } from './clients.ts';

const PROGRAMS = 'test/frameworks';
const PAGES = 'docs/clients';

const Outcomes = z.record(z.string(), z.string()).optional();
const Expected = z.record(
  z.string(),
  z.looseObject({ package: z.string(), stdio: Outcomes, http: Outcomes }),
);

/** What the runs look at, in words for the page. */
const ASPECTS: Readonly<Record<string, string>> = {
  list: 'tools that the model gets',
  call: 'a call with nested arguments',
  refused: 'a refusal',
  consent: 'a person’s yes, where nobody can be asked',
  asking: 'a person’s yes, asked by the program',
  picture: 'a picture',
  wait: 'a wait of 45 seconds',
  large: 'a result of 80,000 characters',
};

const PROMPTS = [
  "Create image labeling task for dataset 'road-signs'",
  'List completed annotation tasks for project road-signs',
  'Fetch results of data labeling job for project road-signs',
];

interface Page {
  path: string;
  sections: Record<string, string>;
}

/** The generated sections of each page. */
export async function clientPages(): Promise<Page[]> {
  const expected = Expected.parse(JSON.parse(await readFile(`${PROGRAMS}/expected.json`, 'utf8')));
  const pages = CLIENTS.map(async (client): Promise<Page> => {
    const host = HOSTS.find(({ name }) => name === client.host);
    const programs = await Promise.all((client.programs ?? []).map((folder) => programSections(folder)));
    return {
      path: `${PAGES}/${client.page}.md`,
      sections: {
        ...(host && { entry: entrySection(host) }),
        ...Object.fromEntries(programs.flatMap((sections) => Object.entries(sections))),
        prompts: promptsSection(client),
        ...(client.programs && { tried: triedSection(client.programs, expected) }),
      },
    };
  });
  return [
    { path: `${PAGES}/README.md`, sections: { clients: clientTable() } },
    ...(await Promise.all(pages)),
  ];
}

/** @param folder such as `python/langchain` */
async function programSections(folder: string): Promise<Record<string, string>> {
  const directory = `${PROGRAMS}/${folder}`;
  const [kind = ''] = folder.split('/');
  const [file, asking] = kind === 'python' ? ['agent.py', 'asking.py'] : ['agent.mjs', 'asking.mjs'];
  const read = (name: string): Promise<string | undefined> =>
    readFile(`${directory}/${name}`, 'utf8').catch(() => undefined);
  const program = (await read(file)) ?? (await read('agent.sh'));
  if (program === undefined) throw new Error(`${directory} has no program for docs/clients`);
  const language = (await read(file)) === undefined ? 'sh' : kind === 'python' ? 'py' : 'js';
  const questions = await read(asking);
  return {
    [`install ${folder}`]: await installation(directory, read),
    [`program ${folder}`]: fenced(language, program.trimEnd()),
    ...(questions !== undefined && {
      [`asking ${folder}`]: fenced('diff', changedLines(program, questions).join('\n')),
    }),
  };
}

const Package = z.object({
  dependencies: z.record(z.string(), z.string()),
  engines: z.object({ node: z.string() }).optional(),
});

async function installation(
  directory: string,
  read: (name: string) => Promise<string | undefined>,
): Promise<string> {
  const requirements = await read('requirements.txt');
  if (requirements !== undefined) {
    const packages = requirements.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    return fenced('sh', `pip install ${packages.map((name) => `'${name.trim()}'`).join(' ')}`);
  }
  const { dependencies, engines } = Package.parse(JSON.parse((await read('package.json')) ?? '{}'));
  const { node, ...packages } = dependencies;
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  if (wanted.length === 0) throw new Error(`${directory} installs nothing`);
  const install = fenced('sh', `npm install ${wanted.join(' ')}`);
  return engines ? `${nodeNote(engines.node, node)}\n\n${install}` : install;
}

/** @param tried the version of Node that the program is run with, where it is not this project's own */
function nodeNote(wanted: string, tried: string | undefined): string {
  const version = wanted.replace(/^>=/, '');
  return tried === undefined
    ? `Some of its packages ask for Node.js ${version}: on Node.js 20, with which it was tried, npm warns of \`EBADENGINE\`, and it works.`
    : `Needs Node.js ${version} or newer (\`node --version\`); tried with ${tried}.`;
}

function promptsSection({ programs, programHasPrompt = programs !== undefined }: Client): string {
  const listed = PROMPTS.map((prompt, at) => `${at + 1}. \`${prompt}\``).join('\n');
  const after =
    'The first makes the project and a batch, uploads the photographs and creates a task for each; say where they are, such as `examples/road-signs`. The second finds the tasks that are done, in the sandbox a few seconds later. The third reads what was drawn. Every answer begins with a sentence and with `mode`: `sandbox` here, `live` where it costs money.';
  const start = programHasPrompt ? 'The prompt is the program’s first argument.' : 'Type them into a chat.';
  return `${listed}\n\n${start} ${after}`;
}

function triedSection(folders: readonly string[], expected: z.infer<typeof Expected>): string {
  const tables = folders.map((folder) => {
    const { package: name = folder, stdio, http } = expected[folder] ?? {};
    if (!stdio || !http) return `${name}: no run is recorded.`;
    const rows = Object.entries(ASPECTS).map(
      ([aspect, words]) => `| ${words} | ${outcome(stdio[aspect])} | ${outcome(http[aspect])} |`,
    );
    return [`| ${name} | stdio | HTTP with a token |`, '| --- | --- | --- |', ...rows].join('\n');
  });
  return ['What came of runs against the sandbox with a scripted model:', ...tables].join('\n\n');
}

/** Without the program's own words after the colon. */
function outcome(words = 'not tried'): string {
  return (words.split(':')[0] ?? '').replaceAll('|', '\\|');
}

function entrySection(host: Host): string {
  const block = (wanted: { isKeyless: boolean; args: string[] }): string => {
    const scope = host.projectFile === undefined ? 'user' : 'project';
    const entry = entryFor(host, {
      ...wanted,
      start: startThroughNpx('linux', scope),
      scope,
      key: undefined,
    });
    return fenced(host.format, withEntry(host, '', 'scale', entry, 'the example').trimEnd());
  };
  const live = host.keyReference
    ? block({ isKeyless: false, args: ['--allow-dir', '/path/to/images'] })
    : block({
        isKeyless: true,
        args: ['--api-key-file', '/path/to/key/file', '--allow-dir', '/path/to/images'],
      });
  return [
    fenced(
      'sh',
      `npx -y scale-ai-mcp setup ${host.name} --sandbox        # shows the change to the file\nnpx -y scale-ai-mcp setup ${host.name} --sandbox --yes  # makes it`,
    ),
    `It writes into the host’s file, keeps the file as it was beside it, and takes the entry out again with \`--remove --yes\`.${host.projectFile === undefined ? '' : ' With `--scope project` it writes the file of the present directory, which never gets a key.'} By hand:`,
    placesTable(host),
    block({ isKeyless: true, args: ['--sandbox'] }),
    'With an account:',
    live,
  ].join('\n\n');
}

function placesTable(host: Host): string {
  const on = (platform: NodeJS.Platform, home: string, env: Machine['env'] = {}): string =>
    `\`${fileOf(host, 'user', { platform, home, cwd: '.', env }) ?? ''}\``;
  const windows = { APPDATA: '%APPDATA%', LOCALAPPDATA: '%LOCALAPPDATA%' };
  const rows = [
    ['Linux', on('linux', '~')],
    ['macOS', on('darwin', '~')],
    ['Windows', on('win32', '%USERPROFILE%', windows)],
    ...(host.projectFile === undefined ? [] : [['a project', `\`${host.projectFile}\``]]),
  ];
  return ['| On | File |', '| --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function clientTable(): string {
  const rows = CLIENTS.map(
    ({ title, page, asks, pictures, tried }) =>
      `| [${title}](${page}.md) | ${asks} | ${pictures} | ${tried} |`,
  );
  return ['| Client | A person’s yes | Pictures | Tried |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The variants of an entry, in the form that most hosts take. */
export function mcpJsonExample(): string {
  const start = startThroughNpx('linux', 'user');
  const entry = (args: readonly string[]): Record<string, unknown> => ({
    command: start.command,
    args: [...start.args, ...args],
  });
  const servers = {
    scale: {
      ...entry(['--allow-dir', '/path/to/your/images']),
      env: { SCALE_API_KEY: 'live_or_test_key_from_the_scale_dashboard' },
    },
    'scale-read-only': entry(['--read-only', '--api-key-file', '/path/to/key/file']),
    'scale-sandbox': entry(['--sandbox']),
    'scale-over-http': { url: 'http://127.0.0.1:3000/mcp' },
  };
  return JSON.stringify({ mcpServers: servers }, undefined, 2);
}
