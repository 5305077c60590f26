import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import { startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

/** More projects than one page of resources holds. */
const PROJECTS = 120;

let sandbox: RunningSandbox;
let servers: Record<'all' | 'one' | 'some', Awaited<ReturnType<typeof startHttp>>>;

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'demo', turnaroundMs: 0 });
  for (let index = 0; index < PROJECTS; index += 1) {
    await scale('/projects', { name: `page/${index} ö`, type: 'imageannotation' });
  }
  const env = { SCALE_API_KEY: sandbox.keys.live, SCALE_API_BASE_URL: sandbox.baseUrl };
  servers = {
    all: await startHttp([], env),
    one: await startHttp(['--project', 'street-scenes'], env),
    some: await startHttp(['--toolsets', 'batches'], env),
  };
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop();
  await sandbox.close();
});

async function scale(route: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(sandbox.baseUrl + route, {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa(`${sandbox.keys.live}:`)}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

const ERAS = [{ era: '2025' }, { era: '2026-07-28' }] as const;
type Era = (typeof ERAS)[number]['era'];

async function connected<T>(
  era: Era,
  use: (client: Client) => Promise<T>,
  server: keyof typeof servers = 'all',
): Promise<T> {
  const mode = era === '2025' ? 'legacy' : ({ pin: '2026-07-28' } as const);
  const client = new Client({ name: 'test-host', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(servers[server].url)));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function read(client: Client, uri: string): Promise<Record<string, unknown>> {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  return JSON.parse(first && 'text' in first ? first.text : '{}') as Record<string, unknown>;
}

async function aTask(): Promise<string> {
  const { docs } = (await scale('/tasks?limit=1&status=completed')) as { docs: { task_id: string }[] };
  return docs[0]?.task_id ?? '';
}

describe.each(ERAS)('resources at $era', ({ era }) => {
  it('lists every project, page by page', async () => {
    const { uris, pages } = await connected(era, async (client) => {
      const uris: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await client.request({
          method: 'resources/list',
          params: cursor === undefined ? {} : { cursor },
        });
        uris.push(...page.resources.map(({ uri }) => uri));
        cursor = page.nextCursor;
        pages += 1;
      } while (cursor !== undefined);
      return { uris, pages };
    });
    expect(pages).toBe(2);
    expect(uris).toContain('scale://projects');
    expect(uris.filter((uri) => uri.startsWith('scale://projects/page%2F'))).toHaveLength(PROJECTS);
  });

  it('answers what the tool of the same object answers', async () => {
    const task = await aTask();
    await connected(era, async (client) => {
      const { resourceTemplates } = await client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
        resources.map(({ uriTemplate }) => uriTemplate).filter((uri) => uri.includes('{')),
      );
      for (const [uri, tool, args] of [
        ['scale://projects/street-scenes', 'scale_ai_get_project', { project_name: 'street-scenes' }],
        ['scale://projects/page%2F7%20%C3%B6', 'scale_ai_get_project', { project_name: 'page/7 ö' }],
        [`scale://tasks/${task}`, 'scale_ai_get_task', { task_id: task }],
        [`scale://tasks/${task}/result`, 'scale_ai_get_task_by_id', { task_id: task, fields: ['response'] }],
      ] as const) {
        const { structuredContent } = await client.callTool({ name: tool, arguments: args });
        const answered = structuredContent as { summary: string; mode: string };
        expect(await read(client, uri)).toMatchObject({ summary: answered.summary, mode: answered.mode });
      }
    });
  });

  it.each([
    'scale://projects/nowhere',
    'scale://projects/..',
    'scale://projects/%2e%2e',
    'scale://projects/%ZZ',
    'scale://projects/',
    'scale://projects/street-scenes?x=1',
    'scale://elsewhere/x',
    'file:///etc/passwd',
    `scale://tasks/${'0'.repeat(24)}`,
  ])('does not know %s', async (uri) => {
    await connected(era, async (client) => {
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    });
  });

  it('refuses a cursor that it did not give', async () => {
    await connected(era, async (client) => {
      for (const cursor of ['', 'x', Buffer.from('offset:50').toString('base64url')]) {
        await expect(client.request({ method: 'resources/list', params: { cursor } })).rejects.toMatchObject({
          code: -32602,
        });
      }
    });
  });
});

describe.each(ERAS)('prompts at $era', ({ era }) => {
  it('are the four flows, each a message that names tools', async () => {
    await connected(era, async (client) => {
      const listed = (await client.listPrompts()).prompts;
      expect(listed.map(({ name }) => name)).toEqual(prompts.map(({ name }) => name));
      const { tools } = await client.listTools();
      for (const { name, arguments: args = [] } of listed) {
        const given = Object.fromEntries(
          args.map((argument) => [argument.name, `the "${argument.name}"\nX`]),
        );
        const { messages } = await client.getPrompt({ name, arguments: given });
        const [first] = messages;
        const text = first?.content.type === 'text' ? first.content.text : '';
        for (const value of Object.values(given)) expect(text).toContain(JSON.stringify(value));
        const named = text.match(/scale_ai_\w+/g) ?? [];
        expect(named.length).toBeGreaterThan(0);
        for (const tool of named) expect(tools.map((one) => one.name)).toContain(tool);
      }
    });
  });

  it.each([
    ['unknown', {}, 'Unknown prompt'],
    ['calibrate_project', {}, 'needs "project"'],
    ['calibrate_project', { project: '  ' }, 'needs "project"'],
    ['calibrate_project', { project: 'p', bach: 'b' }, 'no argument "bach"'],
    ['calibrate_project', { project: 'p'.repeat(600) }, '512 characters'],
  ])('refuses %s %j', async (name, args, message) => {
    await connected(era, async (client) => {
      await expect(client.getPrompt({ name, arguments: args })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringContaining(message),
      });
    });
  });
});

describe.each(ERAS)('completion at $era', ({ era }) => {
  const complete = async (
    client: Client,
    ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string },
    argument: { name: string; value: string },
  ) => client.complete({ ref, argument });

  it('offers names of projects and batches, those that begin with the word first', async () => {
    await connected(era, async (client) => {
      const project = { type: 'ref/resource', uri: 'scale://projects/{name}' } as const;
      expect((await complete(client, project, { name: 'name', value: 'STREET' })).completion.values).toEqual([
        'street-scenes',
      ]);
      const { completion } = await complete(
        client,
        { type: 'ref/prompt', name: 'weekly_export' },
        { name: 'project', value: 'page' },
      );
      expect(completion).toMatchObject({ total: PROJECTS, hasMore: true });
      expect(completion.values).toHaveLength(100);
      const batch = { type: 'ref/resource', uri: 'scale://batches/{name}' } as const;
      const batches = (await complete(client, batch, { name: 'name', value: '' })).completion.values;
      expect(batches.length).toBeGreaterThan(0);
      expect((await complete(client, batch, { name: 'other', value: '' })).completion.values).toEqual([]);
    });
  });

  it('refuses what it does not offer', async () => {
    await connected(era, async (client) => {
      await expect(
        complete(client, { type: 'ref/prompt', name: 'nope' }, { name: 'project', value: '' }),
      ).rejects.toMatchObject({ code: -32602 });
    });
  });
});

describe('a caller who may do less', () => {
  it('sees the resources, prompts and names of one project only', async () => {
    await connected(
      '2026-07-28',
      async (client) => {
        expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([
          'ui://scale-ai-mcp/labels.html',
          'scale://projects/street-scenes',
        ]);
        await expect(
          client.readResource({ uri: 'scale://projects/page%2F7%20%C3%B6' }),
        ).rejects.toMatchObject({
          code: -32602,
        });
        const { completion } = await client.complete({
          ref: { type: 'ref/resource', uri: 'scale://projects/{name}' },
          argument: { name: 'name', value: '' },
        });
        expect(completion.values).toEqual(['street-scenes']);
      },
      'one',
    );
  });

  it('is offered only what its tools can show', async () => {
    await connected(
      '2026-07-28',
      async (client) => {
        expect((await client.listResources()).resources).toEqual([]);
        expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(2);
        expect((await client.listPrompts()).prompts).toEqual([]);
        await expect(client.readResource({ uri: 'scale://projects' })).rejects.toMatchObject({
          code: -32602,
        });
      },
      'some',
    );
  });
});
