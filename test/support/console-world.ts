import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { stringify } from 'yaml';
import { createToken } from '../../src/access/tokens.ts';
import { startHttp } from './hosts.ts';

const EVERYTHING = {
  effects: ['read', 'create', 'update', 'delete'],
  consequences: ['billable', 'emails', 'irreversible', 'replaces', 'grants_access'],
  toolsets: ['all'],
};

const ROLES = {
  lead: { ...EVERYTHING, console: 'all' },
  maker: EVERYTHING,
  reader: { effects: ['read'], toolsets: ['all'] },
};

type Name = 'ada' | 'bob' | 'eve';

/** A server with a console, tokens of three people, and the sandbox behind it. */
export interface ConsoleWorld {
  directory: string;
  /** Without a path. */
  origin: string;
  token(name: Name): string;
  /** Calls a tool; what it answers, be it an error. */
  call(name: Name, tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Writes the configuration anew; the server follows within two seconds. */
  configure(more?: { without?: Name }): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

const NEXT_YEAR = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();

/** @param more settings of the configuration file */
export async function openConsoleWorld(
  more: Record<string, unknown> = {},
  args: readonly string[] = ['--console'],
): Promise<ConsoleWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'console-'));
  const config = path.join(directory, 'config.yaml');
  const tokens = { ada: createToken(), bob: createToken(), eve: createToken() };
  const roleOf = { ada: 'lead', bob: 'maker', eve: 'reader' } as const;
  const configure: ConsoleWorld['configure'] = async ({ without } = {}) => {
    const entries = Object.entries(tokens).flatMap(([name, { sha256 }]) =>
      name === without ? [] : [{ name, role: roleOf[name as Name], sha256, expires: NEXT_YEAR }],
    );
    await writeFile(config, stringify({ roles: ROLES, tokens: entries, ...more }));
  };
  await configure();
  const server = await startHttp(['--sandbox', '--config', config, ...args], {
    SCALE_MCP_STATE_DIR: directory,
  });
  const clients = new Map<Name, Client>();
  const clientOf = async (name: Name): Promise<Client> => {
    const known = clients.get(name);
    if (known) return known;
    const client = new Client(
      { name: name === 'ada' ? 'claude-code' : 'nightly-labels', version: '2.1.0' },
      { versionNegotiation: { mode: 'auto' } },
    );
    const requestInit = { headers: { authorization: `Bearer ${tokens[name].token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
    clients.set(name, client);
    return client;
  };
  return {
    directory,
    origin: new URL(server.url).origin,
    token: (name) => tokens[name].token,
    async call(name, tool, given) {
      const client = await clientOf(name);
      const { content } = await client.callTool({ name: `scale_ai_${tool}`, arguments: given });
      const [text] = content as { text: string }[];
      return JSON.parse(text?.text ?? '{}') as Record<string, unknown>;
    },
    configure,
    log: () => server.log(),
    async close() {
      for (const client of clients.values()) await client.close();
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
}
