import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isSeq, parseDocument } from 'yaml';
import * as z from 'zod';
import { createToken } from '../access/tokens.ts';
import { ConfigError } from '../config/load.ts';
import { loadPolicy } from '../config/load-policy.ts';
import { durationMs } from '../config/setting.ts';
import { EXIT } from './exit-codes.ts';
import { TOOL_NAMES } from '../compose/open-callers.ts';
import { print } from './printer.ts';
import type { Document } from 'yaml';

const Named = z.looseObject({ tokens: z.array(z.looseObject({ name: z.string() })) });

interface NewToken {
  name: string;
  role: string;
  /** A duration such as `90d` or `12h`. */
  expires: string;
}

/** `scale-ai-mcp token create`: writes the hash into the configuration file and shows the token, once. */
export async function createTokenCommand(file: string, { name, role, expires }: NewToken): Promise<number> {
  const until = new Date(Date.now() + lifetimeMs(expires)).toISOString();
  const { token, sha256 } = createToken();
  await edit(file, (document) => {
    const entry = { name, sha256, role, expires: until };
    if (isSeq(document.get('tokens'))) document.addIn(['tokens'], document.createNode(entry));
    else document.set('tokens', document.createNode([entry]));
  });
  print(token);
  print(
    `Give it to ${name} now: only its hash is kept in ${file}. It holds the role "${role}" until ${until}.`,
  );
  return EXIT.ok;
}

/** `scale-ai-mcp token revoke`: takes the token out of the file; a running server follows within a second. */
export async function revokeTokenCommand(file: string, name: string): Promise<number> {
  await edit(file, (document) => {
    const tokens = Named.safeParse(document.toJS());
    const index = tokens.data?.tokens.findIndex((entry) => entry.name === name) ?? -1;
    if (index < 0) throw new ConfigError(`${file} has no token named "${name}".`);
    document.deleteIn(['tokens', index]);
  });
  print(`The token of ${name} is revoked.`);
  return EXIT.ok;
}

/** `scale-ai-mcp config check`: whether a server would start with this file, and what it would let whom do. */
export async function checkConfigCommand(file: string | undefined): Promise<number> {
  const { roles, tokens } = await loadPolicy(file, TOOL_NAMES, process.env);
  print(`${file ?? 'flags and environment'}: ok`);
  for (const { name, role, expires } of tokens) {
    const ended = Date.parse(expires) < Date.now() ? ' (expired)' : '';
    const { effects, consequences, projects } = roles[role] ?? { effects: [], consequences: [] };
    print(
      `  ${name}: ${role}, until ${expires}${ended}; ${[...effects, ...consequences].join(', ') || 'nothing'}${projects ? ` in ${projects.join(', ')}` : ''}`,
    );
  }
  return EXIT.ok;
}

/** Comments and order of the file stay. What would not be valid afterwards is not written. */
async function edit(file: string, change: (document: Document) => void): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ConfigError(
      `Cannot read the configuration file ${file}; roles have to be defined there first.`,
    );
  });
  const document = parseDocument(text);
  change(document);
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, document.toString(), { mode: 0o600 });
  try {
    await loadPolicy(draft, TOOL_NAMES, process.env);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function lifetimeMs(expires: string): number {
  const days = /^(\d+)d$/.exec(expires)?.[1];
  if (days !== undefined) return Number(days) * 24 * durationMs('1h');
  if (/^\d+(\.\d+)?[smh]$/.test(expires)) return durationMs(expires);
  throw new ConfigError('--expires must be a duration such as 90d, 12h or 30m.');
}
