import { once } from 'node:events';
import { createServer } from 'node:http';
import { build } from 'esbuild';
import { z } from 'zod';
import type { Client } from '@modelcontextprotocol/client';

const LABELS_PAGE = 'ui://scale-ai-mcp/labels.html';

const Csp = z.object({
  ui: z.object({
    csp: z.object({ connectDomains: z.array(z.string()), resourceDomains: z.array(z.string()) }),
  }),
});

/** The policy that a host builds from what a page declares (MCP Apps 2026-01-26, Content Security Policy Enforcement). */
function policyOf({ ui: { csp } }: z.output<typeof Csp>): string {
  const from = csp.resourceDomains.join(' ');
  return [
    "default-src 'none'",
    `script-src 'self' 'unsafe-inline' ${from}`,
    `style-src 'self' 'unsafe-inline' ${from}`,
    `connect-src 'self' ${csp.connectDomains.join(' ')}`,
    `img-src 'self' data: ${from}`,
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'self'",
  ].join('; ');
}

/** Serves a chat with MCP Apps, and within it the page that the server has for labels. */
export async function startChatHost(client: Client): Promise<{ url: string; close(): Promise<void> }> {
  const { contents } = await client.readResource({ uri: LABELS_PAGE });
  const [page] = contents;
  if (!page || !('text' in page)) throw new Error(`${LABELS_PAGE} is no text`);
  const policy = policyOf(Csp.parse(page._meta));
  const script = await build({
    entryPoints: ['test/service/viewer/chat-host-page.ts'],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  const host = `<!doctype html><meta name="viewport" content="width=device-width"><style>body{margin:0}iframe{width:100%;border:0}</style><body><script>${script.outputFiles[0]?.text}</script>`;
  const server = createServer((request, response) => {
    const isPage = request.url === '/page';
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      ...(isPage && { 'content-security-policy': policy }),
    });
    response.end(isPage ? page.text : host);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
