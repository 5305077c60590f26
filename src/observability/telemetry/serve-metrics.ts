import { once } from 'node:events';
import { createServer } from 'node:http';
import { metrics } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a process says of itself. */
export interface Health {
  /** False from the moment it stops. */
  ready: boolean;
  /** Limits: shared through PostgreSQL, lost and kept per replica, or never shared. */
  shared_limits: 'off' | 'up' | 'lost';
  /** Whether the audit file can be written. */
  audit: 'off' | 'up' | 'failing';
}

interface MetricsServer {
  host: string;
  port: number;
  health: () => Health;
  scrape: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Serves `/metrics` for Prometheus, `/healthz` (the process answers) and `/readyz` (it takes calls) on a port of
 * its own, which no caller of MCP needs to reach.
 */
export async function serveMetrics({
  host,
  port,
  health,
  scrape,
}: MetricsServer): Promise<{ url: string; close(): Promise<void> }> {
  observeHealth(health);
  const server = createServer((request, response) => {
    if (request.url === '/metrics') return scrape(request, response);
    const now = health();
    if (request.url === '/healthz') return answer(response, 200, { status: 'ok' });
    if (request.url !== '/readyz') return answer(response, 404, { status: 'not found' });
    return answer(response, now.ready ? 200 : 503, { status: now.ready ? 'ready' : 'stopping', ...now });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function observeHealth(health: () => Health): void {
  const meter = metrics.getMeter('scale-ai-mcp');
  meter
    .createObservableGauge('scale_mcp.shared_limits.up', {
      description: '0 while PostgreSQL is lost and each replica keeps the limits for itself.',
    })
    .addCallback((result) => result.observe(health().shared_limits === 'lost' ? 0 : 1));
  meter
    .createObservableGauge('scale_mcp.audit.up', { description: '0 while the audit file cannot be written.' })
    .addCallback((result) => result.observe(health().audit === 'failing' ? 0 : 1));
}
