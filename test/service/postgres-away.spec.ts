import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { HOSTS } from '../support/hosts.ts';
import { PostgresServer } from './postgres-server.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Host } from '../support/hosts.ts';

let directory = '';
let postgres: PostgresServer;
let sandbox: OpenSandbox;
let host: Host;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'postgres-away-'));
  postgres = await PostgresServer.create();
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  host = await HOSTS[1].connect({
    args: ['--config', 'test/fixtures/no-questions.yaml'],
    env: {
      SCALE_API_KEY: sandbox.running.keys.live,
      SCALE_API_BASE_URL: sandbox.running.baseUrl,
      SCALE_MCP_DATABASE_URL: postgres.url,
      SCALE_MCP_STATE_DIR: directory,
    },
  });
});
afterEach(async () => {
  await host.close();
  await sandbox.running.close();
  await postgres.remove();
  await rm(directory, { recursive: true, force: true });
});

it('calls that need the store say that it is away, and that nothing was sent', async () => {
  const plan = {
    type: 'imageannotation',
    project: 'signs',
    rows: [{ url: 'https://x.example/1.jpg' }],
    template: { attachment: '{{url}}', geometries: GEOMETRIES },
  };
  const { structured } = await host.call('scale_ai_plan_tasks', plan);
  const { plan_id: id } = (structured ?? {})['plan'] as { plan_id: string };
  await postgres.stop('immediate');
  const calls: [string, Record<string, unknown>][] = [
    ['scale_ai_get_job', { job_id: id }],
    ['scale_ai_list_jobs', {}],
    ['scale_ai_plan_tasks', plan],
    ['scale_ai_submit_plan', { plan_id: id }],
  ];
  await Promise.all(
    calls.map(async ([name, args]) => {
      const { text } = await host.call(name, args);
      expect(JSON.parse(text)).toMatchObject({
        error: {
          code: 'state_unavailable',
          outcome: 'not_sent',
          message: expect.stringContaining('PostgreSQL'),
        },
      });
    }),
  );
  expect((await sandbox.live('GET', '/tasks')).body.docs).toEqual([]);
});
