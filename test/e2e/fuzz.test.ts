import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHttp } from '../support/hosts.ts';

const RUNS = 300;
const SEED = 20_261_124;
const KEY = 'live_0123456789abcdef0123456789abcdef';

let server: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  server = await startHttp(['--metrics-port', '0', '--calls-per-minute', '1000000'], {
    SCALE_API_KEY: KEY,
    SCALE_API_BASE_URL: 'http://127.0.0.1:9/v1',
  });
});
afterAll(() => server.stop());

const METHODS = [
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/read',
  'resources/templates/list',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'notifications/cancelled',
  'subscriptions/listen',
  'logging/setLevel',
];

const NAMES = [
  'scale_ai_get_task',
  'scale_ai_list_tasks',
  'scale_ai_finalize_batch',
  'weekly_export',
  '__proto__',
];

const value = fc.jsonValue({ maxDepth: 4 });

const message = fc.oneof(
  fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', ''),
      id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), value),
      method: fc.oneof(fc.constantFrom(...METHODS), fc.string()),
      params: fc.oneof(
        value,
        fc.record(
          {
            name: fc.oneof(fc.constantFrom(...NAMES), fc.string()),
            uri: fc.oneof(fc.webUrl(), fc.constantFrom('scale://projects', 'scale://tasks/../x', 'scale://')),
            arguments: fc.dictionary(fc.string(), value),
            cursor: fc.string(),
            ref: value,
            argument: value,
            requestState: fc.string(),
            inputResponses: value,
            _meta: fc.oneof(
              value,
              fc.record({
                'io.modelcontextprotocol/protocolVersion': fc.constantFrom('2026-07-28', '2025-11-25', 'x'),
                'io.modelcontextprotocol/clientCapabilities': value,
                progressToken: value,
                traceparent: fc.string(),
              }),
            ),
          },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
  value,
);

const headers = fc.record(
  {
    'mcp-protocol-version': fc.constantFrom('2026-07-28', '2025-11-25', '2025-03-26', 'nonsense'),
    'mcp-method': fc.constantFrom(...METHODS, 'x'),
    'mcp-name': fc.constantFrom(...NAMES, '=?base64?eA==?=', '=?base64?%%%?='),
    'mcp-session-id': fc.stringMatching(/^[\w-]{1,40}$/),
    'x-mcp-toolsets': fc.constantFrom('tasks', 'all', 'nothing', ',,,'),
    'x-mcp-readonly': fc.constantFrom('true', 'false', '?'),
    authorization: fc.constantFrom('Bearer x', 'Basic eDp5', 'Bearer '),
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=latin1'),
  },
  { requiredKeys: [] },
);

it('survives whatever is sent: no crash, no failure of its own, nothing given away', async () => {
  await fc.assert(
    fc.asyncProperty(message, headers, async (body, extra) => {
      const given = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...extra,
      };
      const answer = await fetch(server.url, {
        method: 'POST',
        headers: given,
        body: JSON.stringify(body) ?? '',
        signal: AbortSignal.timeout(3_000),
      }).then(
        async (response) => ({ status: response.status, text: await readSome(response) }),
        (error: Error) => ({ status: error.name === 'TimeoutError' ? 200 : 0, text: '' }),
      );
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toContain(KEY);
      expect(answer.text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(/);
      expect(answer.text).not.toContain('"internal_error"');
    }),
    { numRuns: RUNS, seed: SEED },
  );
  const alive = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  expect(await alive.text()).toContain('scale_ai_get_task');
  expect(server.log()).not.toContain(KEY);
}, 120_000);

/** A subscription never ends by itself: its beginning is enough. */
async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}
