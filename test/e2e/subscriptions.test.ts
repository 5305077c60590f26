import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { CLI, startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

let sandbox: RunningSandbox;
let directory: string;
let http: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'subscriptions-'));
  sandbox = await startSandbox({ seed: 'empty', turnaroundMs: 60_000 });
  http = await startHttp([], environment('http'));
});
afterAll(async () => {
  await http.stop();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

function environment(name: string): Record<string, string> {
  return {
    SCALE_API_KEY: sandbox.keys.live,
    SCALE_API_BASE_URL: sandbox.baseUrl,
    SCALE_MCP_CONFIG: 'test/fixtures/no-questions.yaml',
    SCALE_MCP_STATE_DIR: path.join(directory, name),
  };
}

async function connect(
  transport: 'stdio' | 'http',
  era: '2025' | '2026-07-28',
  seen: string[],
): Promise<Client> {
  const mode = era === '2025' ? ('legacy' as const) : { pin: era };
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void seen.push(params.uri),
  );
  await client.connect(
    transport === 'http'
      ? new StreamableHTTPClientTransport(new URL(http.url))
      : new StdioClientTransport({
          command: process.execPath,
          args: [CLI],
          env: { PATH: process.env['PATH'] ?? '', ...environment(`${transport}-${era}`) },
          stderr: 'ignore',
        }),
  );
  return client;
}

async function planned(client: Client, name: string): Promise<string> {
  await client.callTool({ name: 'scale_ai_create_project', arguments: { name, type: 'imageannotation' } });
  const { structuredContent } = await client.callTool({
    name: 'scale_ai_plan_tasks',
    arguments: {
      type: 'imageannotation',
      project: name,
      rows: Array.from({ length: 5 }, (_, n) => ({ n })),
      template: {
        attachment: `https://x.example/${name}/{{n}}.jpg`,
        geometries: { box: { objects_to_annotate: ['car'] } },
      },
    },
  });
  return (structuredContent as { plan: { plan_id: string } }).plan.plan_id;
}

describe.each([
  ['stdio', '2025'],
  ['stdio', '2026-07-28'],
  ['http', '2026-07-28'],
] as const)('a job over %s in %s', (transport, era) => {
  it('tells those who subscribed to it, and of nothing else', async () => {
    const seen: string[] = [];
    const client = await connect(transport, era, seen);
    expect(client.getServerCapabilities()?.resources).toMatchObject({ subscribe: true });
    const planId = await planned(client, `p-${transport}-${era}`);
    const uri = `scale://jobs/${planId.replace('plan_', 'job_')}`;
    if (era === '2025') await client.subscribeResource({ uri });
    else await client.listen({ resourceSubscriptions: [uri] });
    await client.callTool({ name: 'scale_ai_submit_plan', arguments: { plan_id: planId } });
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([uri]));
    await client.close();
  });
});

it('without sessions the 2025 revisions are not offered what cannot be kept', async () => {
  const client = await connect('http', '2025', []);
  expect(client.getServerCapabilities()?.resources?.subscribe).toBeUndefined();
  await client.close();
});
