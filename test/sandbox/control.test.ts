import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';
import type { OpenSandbox, Reply } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ seed: 'demo' });
});
afterAll(() => sandbox.running.close());
beforeEach(() => sandbox.control('POST', '/reset', {}));

const createProject = (name: string): Promise<Reply> =>
  sandbox.live('POST', '/projects', { name, type: 'imageannotation' });
const exists = async (name: string): Promise<boolean> =>
  (await sandbox.live('GET', `/projects/${name}`)).status === 200;

/** Asks as a browser would, which `fetch` cannot: it forbids these headers. */
function status(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { origin } = sandbox.running;
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a web page', () => {
  it.each([
    ['resets nothing from another origin', { origin: 'https://page.example' }],
    ['resets nothing from a frame without an origin', { origin: 'null' }],
    ['resets nothing under a name that was made to mean this machine', { host: 'page.example:8787' }],
    ['resets nothing under a name that begins like this machine', { host: '127.0.0.1.page.example' }],
  ])('%s', async (_name, headers) => {
    await createProject('kept');
    expect(await status('POST', '/_sandbox/reset', headers)).toBe(403);
    expect(await status('GET', '/_sandbox/requests', headers)).toBe(403);
    expect(await exists('kept')).toBe(true);
  });

  it.each(['localhost:8787', '127.0.0.1', '[::1]:8787', 'host.docker.internal:8787'])(
    'of this machine may ask: %s',
    async (host) => {
      expect(await status('GET', '/_sandbox/health', { host, origin: 'http://localhost:5173' })).toBe(200);
    },
  );
});

describe('faults', () => {
  it('refuse before the effect', async () => {
    await sandbox.control('POST', '/faults', {
      route: 'POST /v1/projects',
      kind: 'status',
      status: 429,
      retry_after_s: 3,
      count: 1,
    });
    const refused = await createProject('a');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    expect(await exists('a')).toBe(false);
    expect((await createProject('a')).status).toBe(200);
  });

  it('refuse after the effect', async () => {
    await sandbox.control('POST', '/faults', {
      route: 'POST /v1/projects',
      kind: 'status',
      when: 'after',
      status: 500,
      count: 1,
    });
    expect(await createProject('b')).toMatchObject({ status: 500, body: { status_code: 500 } });
    expect(await exists('b')).toBe(true);
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('drop the connection %s the effect', async (when, happened) => {
    await sandbox.control('POST', '/faults', { route: 'POST /v1/projects', kind: 'drop', when, count: 1 });
    await expect(createProject(`drop-${when}`)).rejects.toThrow('fetch failed');
    expect(await exists(`drop-${when}`)).toBe(happened);
  });

  it('cut a body short after the effect', async () => {
    await sandbox.control('POST', '/faults', { route: 'POST /v1/projects', kind: 'truncate', count: 1 });
    await expect(createProject('cut')).rejects.toThrow('terminated');
    expect(await exists('cut')).toBe(true);
  });

  it('slow a body down but keep it whole', async () => {
    await sandbox.control('POST', '/faults', { route: '*/projects', kind: 'slow_body', count: 1 });
    expect((await createProject('slow')).body).toMatchObject({ name: 'slow' });
  });

  it('delay', async () => {
    await sandbox.control('POST', '/faults', { kind: 'latency', latency_ms: 1, count: 2 });
    expect((await createProject('late')).status).toBe(200);
  });

  it('meet the same share of requests every time', async () => {
    const round = async (): Promise<number[]> => {
      await sandbox.control('DELETE', '/faults');
      await sandbox.control('POST', '/faults', { kind: 'status', share: 0.5 });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1) statuses.push((await sandbox.live('GET', '/teams')).status);
      return statuses;
    };
    const first = await round();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await round()).toEqual(first);
  });

  it('are listed with how often they were met, and cleared', async () => {
    await sandbox.control('POST', '/faults', { kind: 'latency', latency_ms: 0 });
    await sandbox.live('GET', '/teams');
    expect((await sandbox.control('GET', '/faults')).body.faults).toEqual([
      expect.objectContaining({ hits: 1 }),
    ]);
    await sandbox.control('DELETE', '/faults');
    expect((await sandbox.control('GET', '/faults')).body.faults).toEqual([]);
  });

  it('say what is wrong with a fault that is none', async () => {
    expect(await sandbox.control('POST', '/faults', { kind: 'meteor' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('kind') },
    });
  });
});

it('keeps a journal of what was received, without the key', async () => {
  await sandbox.live('POST', '/projects', { name: 'seen', type: 'imageannotation' }, { 'x-mark': '1' });
  const { body } = await sandbox.control('GET', '/requests');
  expect(body.requests).toEqual([
    expect.objectContaining({
      method: 'POST',
      path: '/v1/projects',
      status: 200,
      body: { name: 'seen', type: 'imageannotation' },
    }),
  ]);
  expect(body.requests[0].headers).toMatchObject({ 'x-mark': '1', authorization: '[redacted]' });
});

it('resets to empty or to the demo data', async () => {
  await createProject('gone');
  await sandbox.control('POST', '/reset', { seed: 'demo' });
  const names = (await sandbox.live('GET', '/projects')).body.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['street-scenes', 'night-drives']));
  expect(names).not.toContain('gone');
});

it('tells what it does not have in Scale’s envelope', async () => {
  expect(await sandbox.live('GET', '/nothing')).toMatchObject({ status: 404, body: { status_code: 404 } });
});

describe('docs/sandbox.md', () => {
  const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
  const operations = [...page.matchAll(/^\|\s*`([A-Z]+) (\/v1\/\S+)`\s*\|\s*([ABCD])[^|]*\|/gm)].map(
    ([, method = '', path = '']) => ({ method, path }),
  );

  it('lists the 46 operations', () => expect(operations).toHaveLength(46));

  it.each(operations)('$method $path is served', async ({ method, path }) => {
    const real = path
      .replace('/v1', '')
      .replace('{task_type}', 'imageannotation')
      .replaceAll(/\{\w+\}/g, 'x');
    const { status, body } = await sandbox.live(method, real, method === 'GET' ? undefined : {});
    expect(status).toBeLessThan(500);
    expect(body.error ?? '').not.toMatch(/^The sandbox has no/);
  });
});
