import { once } from 'node:events';
import { createServer } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttp } from '../support/hosts.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Server } from 'node:http';
import type { ScaleStub } from '../support/scale-stub.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
}

/** A collector that keeps the spans it is sent (OTLP over HTTP as JSON). */
class Collector {
  readonly spans: Span[] = [];
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.url === '/v1/traces') this.#keep(JSON.parse(text));
      json(response, 200, {});
    });
  });

  #keep(body: { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }): void {
    this.spans.push(...body.resourceSpans.flatMap((one) => one.scopeSpans).flatMap((scope) => scope.spans));
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const KEY = 'live_0123456789abcdef0123456789abcdef';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

const collector = new Collector();
let stub: ScaleStub;
let server: Awaited<ReturnType<typeof startHttp>>;
let metricsUrl = '';
const client = new Client(
  { name: 'test-host', version: '1.0.0' },
  { versionNegotiation: { mode: { pin: '2026-07-28' } } },
);

beforeAll(async () => {
  stub = await startScaleStub((request, response) =>
    request.url.includes('missing') ? json(response, 404, { error: 'no' }) : json(response, 200, []),
  );
  server = await startHttp(['--metrics-port', '0'], {
    SCALE_API_KEY: KEY,
    SCALE_API_BASE_URL: stub.baseUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: await collector.open(),
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const [found] = /http:\/\/[^"\s]+\/metrics/.exec(server.log()) ?? [];
  metricsUrl = found ?? '';
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
});
afterAll(async () => {
  await client.close();
  await server.stop();
  await stub.close();
  collector.close();
});

const attribute = (span: Span | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];

describe('a trace', () => {
  it('that the client began is continued through the call to Scale', async () => {
    await client.callTool({
      name: 'scale_ai_list_projects',
      arguments: {},
      _meta: { traceparent: `00-${TRACE}-${PARENT}-01` },
    });
    await expect.poll(() => collector.spans.filter(({ traceId }) => traceId === TRACE)).toHaveLength(2);
    const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
    const call = spans.find(({ name }) => name === 'tools/call scale_ai_list_projects');
    const request = spans.find(({ name }) => name === 'GET');
    expect(call).toMatchObject({ parentSpanId: PARENT, kind: 2 });
    expect(request).toMatchObject({ parentSpanId: call?.spanId, kind: 3 });
    expect(attribute(call, 'gen_ai.tool.name')).toBe('scale_ai_list_projects');
    expect(attribute(call, 'mcp.method.name')).toBe('tools/call');
    expect(attribute(call, 'mcp.protocol.version')).toBe('2026-07-28');
    expect(attribute(request, 'http.response.status_code')).toBe(200);
    expect(stub.requests.at(-1)?.headers['traceparent']).toBe(`00-${TRACE}-${request?.spanId}-01`);
  });

  it('names a failure, and holds neither arguments nor keys', async () => {
    await client.callTool({ name: 'scale_ai_get_batch', arguments: { batch_name: 'missing-secret-name' } });
    const failed = (): Span | undefined =>
      collector.spans.find(({ name }) => name === 'tools/call scale_ai_get_batch');
    await expect.poll(failed).toBeDefined();
    expect(attribute(failed(), 'error.type')).toBe('tool_error');
    expect(JSON.stringify(collector.spans)).not.toMatch(/secret-name|live_0123/);
  });

  it('whose context is malformed begins anew', async () => {
    await client.callTool({
      name: 'scale_ai_list_projects',
      arguments: { archived: true },
      _meta: { traceparent: '00-zzz-<script>-01' },
    });
    await expect.poll(() => stub.requests.at(-1)?.url).toContain('archived');
    expect(stub.requests.at(-1)?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});

describe('the metrics port', () => {
  it('counts calls and measures them, without names that callers make up', async () => {
    await client.callTool({ name: 'made_up_name', arguments: {} }).catch(() => undefined);
    const text = await (await fetch(metricsUrl)).text();
    expect(text).toMatch(
      /scale_mcp_calls_total\{[^}]*tool="scale_ai_list_projects"[^}]*result="ok"[^}]*\} [1-9]/,
    );
    expect(text).toMatch(/mcp_server_operation_duration_bucket\{[^}]*gen_ai_tool_name="scale_ai_get_batch"/);
    expect(text).toMatch(/http_client_request_duration_count\{[^}]*http_response_status_code="404"/);
    expect(text).toMatch(/scale_mcp_audit_up(\{[^}]*\})? 1/);
    expect(text).toMatch(/process_memory_usage(\{[^}]*\})? \d+/);
    expect(text).not.toContain('made_up_name');
  });

  it('says that the process lives and takes calls', async () => {
    const at = (place: string): Promise<Response> => fetch(new URL(place, metricsUrl));
    expect((await at('/healthz')).status).toBe(200);
    expect(await (await at('/readyz')).json()).toEqual({
      status: 'ready',
      ready: true,
      shared_limits: 'off',
      audit: 'up',
    });
    expect((await at('/mcp')).status).toBe(404);
  });

  it('is not on the port of MCP', async () => {
    for (const place of ['/metrics', '/healthz', '/readyz']) {
      expect((await fetch(new URL(place, server.url))).status).toBe(404);
    }
  });
});
