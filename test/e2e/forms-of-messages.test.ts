import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttp } from '../support/hosts.ts';
import { run } from '../support/run-cli.ts';

const BOTH = 'application/json, text/event-stream';

let server: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  server = await startHttp(['--sandbox'], {});
});
afterAll(() => server.stop());

const call = (id: number, name = 'scale_ai_list_projects'): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
});

const paramsOf = (message: object): object => (message as { params: object }).params;

const modern = {
  ...call(1),
  params: {
    ...paramsOf(call(1)),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};

const listen = {
  ...modern,
  method: 'subscriptions/listen',
  params: {
    notifications: { resourceSubscriptions: ['scale://tasks/t1'] },
    _meta: (modern as { params: { _meta: object } }).params._meta,
  },
};

const initialize = (protocolVersion: string, capabilities: object = {}): object => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1' } },
});

async function post(
  body: unknown,
  { accept, revision, path = '' }: { accept?: string; revision?: string; path?: string } = {},
): Promise<{ status: number; type: string; text: string; session: string | null }> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accept !== undefined && { accept }),
      ...(revision !== undefined && { 'mcp-protocol-version': revision }),
      ...(revision === '2026-07-28' && { 'mcp-method': 'tools/call', 'mcp-name': 'scale_ai_list_projects' }),
    },
    body: JSON.stringify(body),
  });
  const type = response.headers.get('content-type') ?? '';
  const session = response.headers.get('mcp-session-id');
  return { status: response.status, type, text: await response.text(), session };
}

describe('ways in that stay shut: what a session keeps of its client', () => {
  it('an introduction of a megabyte', async () => {
    const capabilities = { elicitation: {}, experimental: { padding: { x: 'x'.repeat(1_000_000) } } };
    const answer = await post(initialize('2025-06-18', capabilities), { accept: BOTH });
    expect(answer).toMatchObject({ status: 413, session: null });
  });
});

describe('an answer has a form that the client takes', () => {
  it.each([
    ['2025-06-18', 'application/json', 'application/json'],
    ['2025-06-18', 'text/event-stream', 'text/event-stream'],
    ['2025-06-18', '*/*', 'application/json'],
    ['2025-06-18', BOTH, 'application/json'],
    ['2025-06-18', 'application/json;q=0.9, text/plain', 'application/json'],
    ['2026-07-28', 'application/json', 'application/json'],
    ['2026-07-28', 'text/event-stream', 'text/event-stream'],
    ['2026-07-28', '*/*', 'application/json'],
    ['2025-06-18', 'application/json;q=0, text/*', 'text/event-stream'],
    ['2025-06-18', '*/*, text/event-stream;q=0', 'application/json'],
  ])('in %s with Accept: %s', async (revision, accept, type) => {
    const answer = await post(revision === '2026-07-28' ? modern : call(1), { accept, revision });
    expect(answer).toMatchObject({ status: 200, type: expect.stringContaining(type) });
    const json = type === 'application/json' ? answer.text : (/^data: (.*)$/m.exec(answer.text)?.[1] ?? '');
    expect(JSON.parse(json)).toMatchObject({ id: 1, result: { structuredContent: { total: 2 } } });
  });

  it.each([
    ['takes neither', call(1), 'text/html'],
    ['listens, and takes no stream', listen, 'application/json'],
  ])('is refused to a client that %s, with what to allow', async (_name, body, accept) => {
    const revision = body === listen ? '2026-07-28' : '2025-06-18';
    const answer = await post(body, { accept, revision });
    expect(answer).toMatchObject({ status: 406, text: expect.stringContaining('allow') });
  });

  it.each([
    [
      'progress is asked for',
      { ...call(1), params: { ...paramsOf(call(1)), _meta: { progressToken: 'p' } } },
    ],
    ['it may take long', call(1, 'scale_ai_wait_for_tasks')],
  ])('is a stream in the 2025 revisions where %s', async (_name, body) => {
    const answer = await post(body, { accept: BOTH, revision: '2025-11-25' });
    expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('text/event-stream') });
  });

  it.each(['text/event-stream', '*/*', 'application/json'])(
    'lets a client begin that can ask its user, with Accept: %s',
    async (accept) => {
      const body = initialize('2025-06-18', { elicitation: {} });
      const answer = await post(body, { accept });
      const type = accept === 'application/json' ? accept : 'text/event-stream';
      expect(answer).toMatchObject({ status: 200, type: expect.stringContaining(type) });
      // Questions come on a stream: who takes none has no session to be asked in.
      expect(answer.session === null).toBe(accept === 'application/json');
    },
  );

  it('is the same at /mcp/', async () => {
    const answer = await post(call(1), { accept: BOTH, revision: '2025-06-18', path: '/' });
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('street-scenes') });
  });
});

describe('a JSON-RPC batch', () => {
  const batch = [
    call(1),
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    call(2, 'scale_ai_get_account'),
  ];

  it.each(['2025-03-26', undefined])('is answered together over HTTP in revision %s', async (revision) => {
    const answer = await post(batch, { accept: BOTH, ...(revision !== undefined && { revision }) });
    expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('application/json') });
    expect((JSON.parse(answer.text) as { id: number }[]).map(({ id }) => id)).toEqual([1, 2]);
  });

  it('is one event for a client that takes streams only', async () => {
    const answer = await post(batch, { accept: 'text/event-stream' });
    expect(answer).toMatchObject({ status: 200, type: 'text/event-stream' });
    const events = [...answer.text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    expect(events).toMatchObject([[{ id: 1 }, { id: 2 }]]);
  });

  it('of notifications alone is accepted', async () => {
    const answer = await post([{ jsonrpc: '2.0', method: 'notifications/initialized' }], { accept: BOTH });
    expect(answer).toMatchObject({ status: 202, text: '' });
  });

  it.each([
    ['in a later revision', batch, '2025-06-18', /revision 2025-03-26 only/],
    ['without a message', [], '2025-03-26', /1 to 50 messages/],
    ['with two requests of one id', [call(1), call(1)], '2025-03-26', /same id/],
    ['with initialize in it', [initialize('2025-03-26')], '2025-03-26', /initialize is never part/],
    ['of 51 messages', Array.from({ length: 51 }, (_, id) => call(id)), '2025-03-26', /1 to 50 messages/],
  ])('%s is refused, and says why', async (_name, body, revision, why) => {
    const answer = await post(body, { accept: BOTH, revision });
    expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(why) });
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: -32_600 } });
  });

  it('is answered together over stdio in the revision that has it', async () => {
    const input = `${JSON.stringify(initialize('2025-03-26'))}\n`;
    const { stdout } = await run(['--sandbox'], { input: `${input}${JSON.stringify(batch)}\n` });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ id: 0, result: { protocolVersion: '2025-03-26' } });
    expect((lines[1] as { id: number }[]).map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('is refused over stdio in other revisions', async () => {
    const input = `${JSON.stringify(initialize('2025-06-18'))}\n${JSON.stringify(batch)}\n`;
    const { stdout } = await run(['--sandbox'], { input });
    expect(stdout).toMatch(/"code":-32600,"message":"JSON-RPC batches exist in revision 2025-03-26 only/);
  });
});
