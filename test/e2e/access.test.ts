import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createToken } from '../../src/access/tokens.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

const NEXT_YEAR = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();
const YESTERDAY = new Date(Date.now() - 24 * 3_600_000).toISOString();

const ROLES = {
  viewer: { effects: ['read'], toolsets: ['all'] },
  signs: {
    effects: ['read', 'create', 'update'],
    consequences: ['billable', 'replaces'],
    toolsets: ['all'],
    projects: ['road-*'],
  },
  free: { effects: ['read', 'create'], toolsets: ['batches', 'annotation'] },
  tester: { effects: ['read'], toolsets: ['all'], modes: ['test'] },
  follower: { effects: ['read'], toolsets: ['minimal'] },
  planner: { effects: ['read'], tools: ['scale_ai_get_teams'], projects: ['road-*'] },
};

const tokens = {
  viewer: createToken(),
  signs: createToken(),
  free: createToken(),
  tester: createToken(),
  follower: createToken(),
  planner: createToken(),
  own: createToken(),
  gone: createToken(),
};
const entry = (name: keyof typeof tokens, role: string, more: object = {}): Record<string, unknown> => ({
  name,
  role,
  sha256: tokens[name].sha256,
  expires: NEXT_YEAR,
  ...more,
});

const TOKENS = [
  entry('viewer', 'viewer'),
  entry('signs', 'signs'),
  entry('free', 'free'),
  entry('tester', 'tester'),
  entry('follower', 'follower'),
  entry('planner', 'planner'),
  entry('own', 'viewer', { scale_key: { env: 'KEY_OF_OWN' } }),
  entry('gone', 'viewer', { expires: YESTERDAY }),
];

let directory = '';
let config = '';
let sandbox: RunningSandbox;
let server: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'access-'));
  config = path.join(directory, 'config.yaml');
  await writeFile(config, stringify({ roles: ROLES, tokens: TOKENS }));
  sandbox = await startSandbox({ seed: 'empty' });
  for (const name of ['road-signs', 'other']) {
    await scale('/projects', { name, type: 'imageannotation' });
    await scale('/batches', { project: name, name: `${name}-1` });
  }
  server = await startHttp(['--config', config], {
    SCALE_API_KEY: sandbox.keys.live,
    KEY_OF_OWN: sandbox.keys.test,
    SCALE_API_BASE_URL: sandbox.baseUrl,
  });
});
afterAll(async () => {
  await server.stop();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

async function scale(route: string, body: object): Promise<void> {
  await fetch(sandbox.baseUrl + route, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${sandbox.keys.live}:`).toString('base64')}`,
    },
    body: JSON.stringify(body),
  });
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

function knock(headers: Record<string, string>, body = LIST, query = ''): Promise<Response> {
  return fetch(server.url + query, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function asHost<T>(
  name: keyof typeof tokens,
  use: (client: Client) => Promise<T>,
  headers: Record<string, string> = {},
): Promise<T> {
  const client = new Client(
    { name: 'test-host', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  const requestInit = { headers: { ...bearer(tokens[name].token), ...headers } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const listed = (name: keyof typeof tokens, headers?: Record<string, string>): Promise<string[]> =>
  asHost(name, async (client) => (await client.listTools()).tools.map((tool) => tool.name), headers);

async function called(
  name: keyof typeof tokens,
  tool: string,
  args: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<Record<string, unknown>> {
  return asHost(
    name,
    async (client) => {
      const { content } = await client.callTool({ name: tool, arguments: args });
      const [first] = content;
      return JSON.parse(first?.type === 'text' ? first.text : '{}') as Record<string, unknown>;
    },
    headers,
  );
}

const TASK = { attachment: 'https://x.example/a.jpg', geometries: { box: { objects_to_annotate: ['car'] } } };
const deep = (levels: number): string => `{"a":`.repeat(levels) + '1' + '}'.repeat(levels);

describe('ways in that stay shut: tokens and messages', () => {
  const valid = (): Record<string, string> => bearer(tokens.viewer.token);

  it.each<[string, () => Promise<Response>, number]>([
    ['no token', () => knock({}), 401],
    ['an unknown token', () => knock(bearer(createToken().token)), 401],
    ['an expired token', () => knock(bearer(tokens.gone.token)), 401],
    ['a token with a letter changed', () => knock(bearer(`${tokens.viewer.token.slice(0, -1)}_`)), 401],
    ['the hash instead of the token', () => knock(bearer(tokens.viewer.sha256)), 401],
    ['a Scale key as Bearer', () => knock(bearer(sandbox.keys.live)), 401],
    ['a Scale key as Basic', () => knock({ authorization: `Basic ${btoa(`${sandbox.keys.live}:`)}` }), 401],
    ['an empty Bearer', () => knock({ authorization: 'Bearer ' }), 401],
    ['an unsigned JWT', () => knock(bearer('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.')), 401],
    ['a token in the URL', () => knock({}, LIST, `?access_token=${tokens.viewer.token}`), 400],
    ['a token in the URL beside a good one', () => knock(valid(), LIST, '?token=x'), 400],
    ['a foreign Origin', () => knock({ ...valid(), origin: 'https://evil.example' }), 403],
    ['an unknown toolset asked for', () => knock({ ...valid(), 'x-mcp-toolsets': 'everything' }), 400],
    ['a Scale key of one’s own', () => knock({ ...valid(), 'x-scale-api-key': 'live_x' }), 400],
    ['a body of more than 1 MiB', () => knock(valid(), JSON.stringify({ x: 'y'.repeat(1_100_000) })), 413],
    ['JSON 1,000 levels deep', () => knock(valid(), deep(1_000)), 400],
    [
      'a batch in a revision that has none',
      () => knock({ ...valid(), 'mcp-protocol-version': '2025-06-18' }, `[${LIST},${LIST}]`),
      400,
    ],
    ['a batch of more than fifty messages', () => knock(valid(), `[${`${LIST},`.repeat(50)}${LIST}]`), 400],
    ['text that is no JSON', () => knock(valid(), '{"jsonrpc":'), 400],
    ['a form', () => knock({ ...valid(), 'content-type': 'text/plain' }), 415],
  ])('%s', async (_name, request, status) => {
    const response = await request();
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(text).not.toContain(sandbox.keys.live);
    expect(text).not.toMatch(/node_modules|\.ts:|scale_ai_|viewer/);
    if (status === 401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  });
});

describe('a role', () => {
  it('sees what it may use, and nothing else', async () => {
    expect(await listed('viewer')).toContain('scale_ai_get_task');
    expect(
      (await listed('viewer')).filter((name) => /_(create|set|delete|add|finalize)_/.test(name)),
    ).toEqual([]);
    expect(await listed('free')).toEqual([
      'scale_ai_create_batch',
      'scale_ai_get_batch_status',
      'scale_ai_get_batch',
      'scale_ai_list_batches',
    ]);
    expect(await listed('tester')).toEqual([]);
    expect(await listed('follower')).toEqual([
      'scale_ai_list_projects',
      'scale_ai_get_project',
      'scale_ai_get_batch_status',
      'scale_ai_list_tasks',
      'scale_ai_get_task',
      'scale_ai_get_secure_task_response_url',
    ]);
    expect(await listed('planner')).toEqual(['scale_ai_get_teams']);
    expect(await listed('signs')).not.toContain('scale_ai_get_teams');
  });
});

describe('ways in that stay shut: roles', () => {
  it.each<[keyof typeof tokens, string, object, string]>([
    ['viewer', 'scale_ai_create_batch', { project: 'other', name: 'x' }, 'effect:create'],
    ['free', 'scale_ai_create_image_annotation_task', { ...TASK, project: 'other' }, 'consequence:billable'],
    ['free', 'scale_ai_get_task', { task_id: 'x' }, 'toolset:tasks'],
    ['signs', 'scale_ai_list_projects', {}, 'tool:scale_ai_list_projects'],
    ['signs', 'scale_ai_delete_task_tags', { task_id: 'x', tags: ['a'] }, 'effect:delete'],
    ['tester', 'scale_ai_list_projects', {}, 'mode:live'],
  ])('%s is refused %s, by the name of what is missing', async (name, tool, args, permission) => {
    const { error } = await called(name, tool, { ...args });
    expect(error).toMatchObject({
      code: 'not_permitted',
      message: expect.stringContaining(permission),
      outcome: 'not_sent',
    });
  });

  it.each<[string, object]>([
    ['scale_ai_get_batch', { batch_name: 'other-1' }],
    ['scale_ai_finalize_batch', { batch_name: 'other-1' }],
    ['scale_ai_get_project', { project_name: 'other' }],
    ['scale_ai_set_project_parameters', { project_name: 'other', params: { instruction: 'x' } }],
    ['scale_ai_create_image_annotation_task', { ...TASK, project: 'other' }],
    ['scale_ai_create_image_annotation_task', { ...TASK, batch: 'other-1' }],
    ['scale_ai_create_image_annotation_task', TASK],
    [
      'scale_ai_create_image_annotation_task',
      { ...TASK, project: 'road-signs', additional_params: { project: 'other' } },
    ],
    [
      'scale_ai_create_image_annotation_task',
      { ...TASK, project: 'road-signs', additional_params: { batch: ['other-1'] } },
    ],
    ['scale_ai_create_task', { type: 'lidartopdown', params: { project: 'road-signs', batch: ['other-1'] } }],
    ['scale_ai_list_tasks', {}],
    ['scale_ai_list_batches', {}],
    ['scale_ai_get_task', { unique_id: 'nobody' }],
  ])('limited to road-* does not reach outside with %s %j', async (tool, args) => {
    const { error } = await called('signs', tool, { ...args });
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(outside_project|not_permitted|invalid_arguments)$/),
      outcome: 'not_sent',
    });
  });

  it('a header that asks for more', async () => {
    expect(await listed('viewer', { 'x-mcp-toolsets': 'all', 'x-mcp-readonly': 'false' })).toEqual(
      await listed('viewer'),
    );
  });
});

describe('a role that is limited', () => {
  it('works inside its projects', async () => {
    const made = await called('signs', 'scale_ai_create_image_annotation_task', {
      ...TASK,
      project: 'road-signs',
    });
    expect(made).toMatchObject({ mode: 'live', task: { project: 'road-signs' } });
    expect(await called('signs', 'scale_ai_list_tasks', { project: 'road-signs' })).toMatchObject({
      total: 1,
    });
  });

  it('uses the Scale key of its own token', async () => {
    expect(await called('own', 'scale_ai_list_projects', {})).toMatchObject({ mode: 'test', total: 0 });
    expect(await called('viewer', 'scale_ai_list_projects', {})).toMatchObject({ mode: 'live', total: 2 });
  });

  it('can ask for less', async () => {
    expect(await listed('viewer', { 'x-mcp-toolsets': 'batches' })).toEqual([
      'scale_ai_get_batch_status',
      'scale_ai_get_batch',
      'scale_ai_list_batches',
    ]);
    const readOnly = { 'x-mcp-readonly': 'true' };
    expect(await listed('signs', readOnly)).not.toContain('scale_ai_create_batch');
    const { error } = await called(
      'signs',
      'scale_ai_create_batch',
      { project: 'road-signs', name: 'x' },
      readOnly,
    );
    expect(error).toMatchObject({ code: 'read_only' });
  });
});

describe('a changed file', () => {
  const becomes = async (status: number): Promise<void> => {
    await expect
      .poll(async () => (await knock(bearer(tokens.planner.token))).status, {
        timeout: 10_000,
        interval: 200,
      })
      .toBe(status);
  };

  it('takes effect without a restart; one that cannot be used changes nothing', async () => {
    const before = await readFile(config, 'utf8');
    await becomes(200);
    const others = TOKENS.filter(({ name }) => name !== 'planner');
    await writeFile(config, stringify({ roles: ROLES, tokens: others }));
    await becomes(401);
    await writeFile(config, 'roles: [nonsense');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await knock(bearer(tokens.viewer.token))).status).toBe(200);
    expect((await knock(bearer(tokens.planner.token))).status).toBe(401);
    await writeFile(config, before);
    await becomes(200);
  });
});

it('does not listen beyond this machine without tokens', async () => {
  await expect(startHttp(['--host', '0.0.0.0', '--auth', 'none'], {})).rejects.toThrow('lets everybody in');
});
