import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { cell, columnsOf, markdownTable } from './results.ts';
import type { Row, Rows } from './results.ts';

export const PAGE = fileURLToPath(new URL('../../docs/clients/tried.md', import.meta.url));

const HEADINGS: Readonly<Record<string, string>> = {
  connect: 'Connects',
  list: 'Tools',
  call: 'Project, batch, task, read back',
  refused: 'Refused call',
  consent: "A person's yes, by link",
  asking: 'Asked in the program',
  picture: 'Picture',
  wait: 'Waits 45 s',
  large: 'Result of 80,000 characters',
};

const INTRO = `# What was tried

Each package below was installed in the version that is named and taken through the same work, over stdio and over HTTP with a token, against the sandbox and a scripted model (\`npm run frameworks\`, [test/frameworks](../../test/frameworks/README.md)). A cell says what the model, or the person, got; where the two transports differ, it says so for each. \`npm run frameworks:short\` repeats the most used ones for every change of this server.

- **Tools**: what the model is given of the list.
- **Refused call**: whether the model reads why, so that it can correct itself: of a value that the server refuses, and of an argument that is missing, which some clients refuse by themselves.
- **A person's yes**: "link, then it goes on" is a page that a person opens ([consent](../consent.md)); it works without any support by the client. "Asked in the program" needs a handler for elicitation.
- **Picture**: "image" is seen by the model; "no image": the client leaves it out, and the words of the answer reach the model; "words only, as the server is told": it would hand the image on as text, so the server is started with \`--pictures none\`.
- **Waits 45 s**: a call that waits for labelers, with the time-outs that the program sets.
- **Result of 80,000 characters**: the longest that the server sends. "Shortened by the server": it knows by the client's name that this host cuts longer ones, and ends with what it has left out. "Cut by the client": over HTTP without a session the server does not learn the name (\`--max-result-chars\`).
- "not reached": the program could not connect, and says why in the first column.
`;

const nameOf = (key: string): string => {
  const [language, name = key] = key.split('/');
  return `${name} (${language === 'python' ? 'Python' : 'JavaScript'})`;
};

/** Says what a server has to be started with, since the cells are those of a server so started. */
function started({ server_args: args = [] }: Row): string {
  return args.length === 0 ? 'as it is' : `\`${args.join(' ')}\``;
}

/** The page as it stands in the docs. */
export async function triedPage(rows: Rows): Promise<string> {
  const columns = columnsOf(false);
  const tried = Object.entries(rows).filter(([, row]) => row.not_run === undefined);
  const others = Object.entries(rows).filter(([, row]) => row.not_run !== undefined);
  const head = [
    '',
    'Package',
    'Server started',
    ...columns.map((column) => HEADINGS[column] ?? column),
    'Size',
  ];
  const lines = tried.map(([key, row]) => [
    nameOf(key),
    `\`${row.package}\``,
    started(row),
    ...columns.map((column) => cell(row, column)),
    `${row.megabytes ?? '?'} MB`,
  ]);
  const notRun = others.map(([key, row]) => `- ${nameOf(key)}, \`${row.package}\`: ${row.not_run}.`);
  const page = [
    INTRO,
    markdownTable(head, lines),
    ...(notRun.length === 0 ? [] : ['\n## Not run with a model\n', ...notRun]),
    '',
  ].join('\n');
  return format(page, { filepath: PAGE, printWidth: 110, singleQuote: true });
}

export async function writeTriedPage(rows: Rows): Promise<void> {
  await mkdir(path.dirname(PAGE), { recursive: true });
  await writeFile(PAGE, await triedPage(rows));
}
