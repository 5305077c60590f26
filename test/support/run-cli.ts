import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { CLI, secretsOf } from './hosts.ts';

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  /** Keeps stdin open, and sends this signal once the text has appeared on stdout. */
  kill?: { signal: NodeJS.Signals; after: string };
  cwd?: string;
}

/** Runs the built command line to its end. */
export function run(
  args: readonly string[],
  { env = {}, input = '', kill, cwd }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), SCALE_MCP_DATA: 'none', ...env },
      ...(cwd !== undefined && { cwd }),
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (kill && stdout.includes(kill.after)) child.kill(kill.signal);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('close', (code, signal) => {
      const leaked = secretsOf(env).some((secret) => `${stdout}${stderr}`.includes(secret));
      if (leaked) reject(new Error('a Scale key was printed'));
      else resolve({ code, signal, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.write(input);
    if (!kill) child.stdin.end();
  });
}
