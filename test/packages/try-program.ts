import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** A program as somebody has it installed. */
export interface Program {
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  /** No directory of the program's own. */
  cwd: string;
}

interface Called {
  isError?: boolean | undefined;
  content: { type: string; text?: string }[];
}

/** Connects over stdio, and hands on whatever the steps find. */
export async function overStdio<T>(program: Program, steps: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ name: 'packages', version: '1' });
  await client.connect(new StdioClientTransport({ ...program, args: [...program.args], stderr: 'ignore' }));
  try {
    return await steps(client);
  } finally {
    await client.close();
  }
}

/** @throws Error with what the tool said, where it did not do what was asked */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Called> {
  const called: Called = await client.callTool({ name: `scale_ai_${name}`, arguments: args });
  if (called.isError === true) throw new Error(`${name}: ${JSON.stringify(called.content)}`);
  return called;
}

/** Its tools, and one call of the sandbox. */
export async function tryStdio(program: Program): Promise<number> {
  return overStdio({ ...program, args: [...program.args, '--sandbox'] }, listAndCall);
}

/** The same over HTTP; the server ends with 0 when it is told to. */
export async function tryHttp(program: Program): Promise<number> {
  const { command, args, env, cwd } = program;
  const server = spawn(command, [...args, 'http', '--sandbox', '--port', '0'], {
    env,
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  let log = '';
  const url = await new Promise<URL>((resolve, reject) => {
    server.once('exit', () => reject(new Error(`the server ended: ${log}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(log) ?? [];
      if (found !== undefined) resolve(new URL(found));
    });
  });
  const client = new Client({ name: 'packages', version: '1' });
  let tools = 0;
  try {
    await client.connect(new StreamableHTTPClientTransport(url));
    tools = await listAndCall(client);
  } finally {
    await client.close();
    server.kill('SIGTERM');
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`http ended with ${code}: ${log}`);
  return tools;
}

async function listAndCall(client: Client): Promise<number> {
  const { tools } = await client.listTools();
  const { content } = await call(client, 'list_projects');
  if (content[0]?.text?.includes('"mode":"sandbox"') !== true)
    throw new Error('the answer does not come from the sandbox');
  return tools.length;
}
