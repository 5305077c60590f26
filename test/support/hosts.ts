import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ToolResult {
  isError: boolean;
  structured: Record<string, unknown> | undefined;
  text: string;
}

/** A host's MCP client, whichever SDK and protocol era it speaks. */
export interface Host {
  version(): string | undefined;
  instructions(): string | undefined;
  listTools(): Promise<{ name: string; outputSchema?: unknown }[]>;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  close(): Promise<void>;
}

export type Where = { url: string } | { args: string[]; env?: Record<string, string> };

/** `scale-ai-mcp http` on a free port; the server logs where it listens. */
export async function startHttp(
  args: string[],
  env: Record<string, string>,
): Promise<{ url: string; log(): string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [CLI, 'http', '--port', '0', ...args], {
    env: { ...process.env, SCALE_MCP_STATE_DIR: STATE_DIR, SCALE_MCP_DATA: 'none', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(text) ?? [];
      if (found) resolve(found);
    });
  });
  return {
    url,
    log: () => text,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      refuseLeaks(text, env['SCALE_MCP_STATE_DIR'] ?? STATE_DIR, secretsOf(env));
    },
  };
}

/** What must not be written anywhere. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!/KEY|CALLBACK_TOKEN$/.test(name) || value === undefined || value.length < 16) return [];
    return [value, Buffer.from(`${value}:`).toString('base64')];
  });
}

/** Looks through what a server has logged and recorded: every server of every test goes through here. */
function refuseLeaks(log: string, stateDir: string, secrets: readonly string[]): void {
  const folder = path.join(stateDir, 'audit');
  const files = existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
  const written = [log, ...files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))];
  for (const secret of secrets) {
    if (written.some((one) => one.includes(secret))) throw new Error('a Scale key was logged or recorded');
  }
}

/** The arguments of an upload as a server over HTTP takes them: the file itself instead of its path. */
export async function remotely(args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { file_path: file, ...others } = args;
  if (typeof file !== 'string') return args;
  const content_base64 = (await readFile(file)).toString('base64');
  return { ...others, content_base64, file_name: path.basename(file) };
}

/** Audit files of servers under test. */
const STATE_DIR = mkdtempSync(path.join(tmpdir(), 'scale-ai-mcp-test-'));

const INFO = { name: 'test-host', version: '1.0.0' };

function stdioOptions(where: Extract<Where, { args: string[] }>): {
  command: string;
  args: string[];
  env: Record<string, string>;
  stderr: 'ignore';
} {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    SCALE_MCP_STATE_DIR: STATE_DIR,
    SCALE_MCP_DATA: 'none', // each server of a test has a sandbox of its own
    ...where.env,
  };
  return { command: process.execPath, args: [CLI, ...where.args], env, stderr: 'ignore' };
}

/** The client that today's hosts ship. */
async function connectV1(where: Where): Promise<Host> {
  const client = new LegacyClient(INFO);
  const transport =
    'url' in where ? new LegacyHttp(new URL(where.url)) : new LegacyStdio(stdioOptions(where));
  await client.connect(transport);
  return hostOf(client);
}

/** The client of the v2 SDK: `legacy` opens with initialize, `modern` speaks 2026-07-28. */
async function connectV2(where: Where, era: 'legacy' | 'modern'): Promise<Host> {
  const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  const client = new ModernClient(INFO, { versionNegotiation: { mode } });
  const transport =
    'url' in where ? new ModernHttp(new URL(where.url)) : new ModernStdio(stdioOptions(where));
  await client.connect(transport);
  return hostOf(client);
}

/** What the clients of both SDKs have in common. */
interface AnyClient {
  getServerVersion(): { version: string } | undefined;
  getInstructions(): string | undefined;
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

function hostOf(client: AnyClient): Host {
  return {
    version: () => client.getServerVersion()?.version,
    instructions: () => client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}) => toResult(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

export const HOSTS = [
  { host: 'v1 client', connect: connectV1 },
  { host: 'v2 client, 2025 era', connect: (where: Where) => connectV2(where, 'legacy') },
  { host: 'v2 client, 2026-07-28', connect: (where: Where) => connectV2(where, 'modern') },
] as const;

function toResult(result: unknown): ToolResult {
  const { content, structuredContent, isError } = result as {
    content: { type: string; text?: string }[];
    structuredContent?: Record<string, unknown>;
    isError?: boolean;
  };
  return { isError: isError === true, structured: structuredContent, text: content[0]?.text ?? '' };
}
