import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, startHttp } from '../support/hosts.ts';

const ID = '1234567890123456789';
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const CALL = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"scale_ai_set_task_metadata","arguments":{"task_id":"nobody","metadata":{"id":${ID},"ratio":0.1}}}}`;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'digits-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a stub of Scale was sent says what arrived. */
async function withScale(use: (baseUrl: string) => Promise<void>): Promise<string> {
  const { json, startScaleStub } = await import('../support/scale-stub.ts');
  const stub = await startScaleStub((_request, response) => json(response, 200, {}));
  await use(stub.baseUrl);
  const body = stub.requests.map((request) => request.body).join('');
  await stub.close();
  return body;
}

describe('a number of many digits in an argument', () => {
  it('keeps every digit over HTTP', async () => {
    const sent = await withScale(async (baseUrl) => {
      const server = await startHttp([], {
        SCALE_API_KEY: 'test_0123456789abcdef',
        SCALE_API_BASE_URL: baseUrl,
      });
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      await (await fetch(server.url, { method: 'POST', headers, body: CALL })).text();
      await server.stop();
    });
    expect(sent).toBe(`{"id":"${ID}","ratio":0.1}`);
  });

  it('keeps every digit over stdio', async () => {
    const sent = await withScale(async (baseUrl) => {
      const env = {
        ...process.env,
        SCALE_API_KEY: 'test_0123456789abcdef',
        SCALE_API_BASE_URL: baseUrl,
        SCALE_MCP_STATE_DIR: directory,
      };
      const child = spawn(process.execPath, [CLI], { env, stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
      await once(child.stdout, 'data');
      child.stdin.write(`{"jsonrpc":"2.0","method":"notifications/initialized"}\n${CALL}\n`);
      await once(child.stdout, 'data');
      child.stdin.end();
      await once(child, 'exit');
    });
    expect(sent).toBe(`{"id":"${ID}","ratio":0.1}`);
  });
});
