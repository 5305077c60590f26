import type { FastifyInstance } from 'fastify';
import type { Protection } from './request-callers.ts';

/** Serves the protected resource metadata of RFC 9728, at the root and for the path of the resource. */
export function serveMetadata(app: FastifyInstance, { resource, issuer, scopes }: Protection): void {
  const metadata = {
    resource,
    resource_name: 'Scale AI (scale-ai-mcp)',
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  };
  const place = '/.well-known/oauth-protected-resource';
  const { pathname } = new URL(resource);
  for (const path of new Set([place, `${place}${pathname === '/' ? '' : pathname}`])) {
    app.get(path, () => metadata);
  }
}
