import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { CLI, secretsOf } from '../support/hosts.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { ChildProcess } from 'node:child_process';
import type { ScaleStub } from '../support/scale-stub.ts';

const SCALE_API_KEY = 'live_d0mps0123456789abcdef0123456789';
const DUMPS_ON_SIGNAL = ['--heapsnapshot-signal=SIGUSR2', '--report-on-signal', '--report-signal=SIGWINCH'];
let child: ChildProcess | undefined;
let stub: ScaleStub | undefined;
let directory: string | undefined;

afterEach(async () => {
  child?.kill('SIGKILL');
  await stub?.close();
  if (directory !== undefined) await rm(directory, { recursive: true });
});

/** Waits until a file of that kind is complete: each of them is one JSON text. */
async function dumped(folder: string, suffix: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const name = (await readdir(folder)).find((file) => file.endsWith(suffix));
    const text = name === undefined ? '' : await readFile(path.join(folder, name), 'utf8');
    if (text.trimEnd().endsWith('}')) return text;
    await sleep(100);
  }
  throw new Error(`no ${suffix} was written`);
}

it.skipIf(process.platform === 'win32')(
  'a heap snapshot and a diagnostic report of a server at work do not hold the key',
  async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-dumps-'));
    stub = await startScaleStub((_request, response) => json(response, 200, { name: 'known-to-the-heap' }));
    const flags = [...DUMPS_ON_SIGNAL, `--diagnostic-dir=${directory}`, `--report-dir=${directory}`];
    const running = spawn(process.execPath, [...flags, CLI, '--api-base-url', stub.baseUrl], {
      env: { SCALE_API_KEY, SCALE_MCP_STATE_DIR: directory, SHOWN_IN_REPORTS: 'known-to-the-report' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child = running;
    const send = (message: object): void =>
      void running.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const client = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    send({ id: 1, method: 'initialize', params: client });
    send({ method: 'notifications/initialized' });
    const call = { name: 'scale_ai_get_project', arguments: { project_name: 'p' } };
    send({ id: 2, method: 'tools/call', params: call });
    await new Promise<void>((resolve) => {
      let answered = '';
      running.stdout.on('data', (chunk: Buffer) => {
        answered += chunk.toString();
        if (answered.includes('"id":2')) resolve();
      });
    });
    expect(stub.requests[0]?.headers.authorization).toContain(secretsOf({ SCALE_API_KEY })[1]);

    running.kill('SIGWINCH');
    const report = await dumped(directory, '.json');
    running.kill('SIGUSR2');
    const snapshot = await dumped(directory, '.heapsnapshot');
    expect(report).toContain('known-to-the-report');
    expect(snapshot).toContain('scale_ai_get_project');
    const holders = Object.entries({ report, snapshot })
      .filter(([, text]) => secretsOf({ SCALE_API_KEY }).some((secret) => text.includes(secret)))
      .map(([name]) => name);
    expect(holders).toEqual([]);
  },
);
