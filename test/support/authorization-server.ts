import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

/** Credentials of the clients that the server knows; each may ask for the scopes named. */
const CLIENTS = {
  reader: 'scale:read',
  labeler: 'scale:read scale:label',
} as const;

export interface AuthorizationServer {
  issuer: string;
  /** An access token by the client credentials grant (RFC 6749, 4.4) for a resource (RFC 8707). */
  token(client: keyof typeof CLIENTS, resource: string, scope?: string): Promise<string>;
  close(): Promise<void>;
}

/** The secret of a client. */
export const secretOf = (client: keyof typeof CLIENTS): string => `${client}-secret-0123456789`;

/** A certified authorization server on loopback that signs access tokens as JWT. */
export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const provider = new Provider(issuer, {
    clients: Object.entries(CLIENTS).map(([client_id, scope]) => ({
      client_id,
      client_secret: secretOf(client_id as keyof typeof CLIENTS),
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope,
    })),
    scopes: ['scale:read', 'scale:label'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://nowhere.example/mcp',
        getResourceServerInfo: (_context, resource) => ({
          scope: 'scale:read scale:label',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
        }),
      },
    },
  });
  const handle = provider.callback();
  return {
    issuer,
    async token(client, resource, scope = CLIENTS[client]) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client}:${secretOf(client)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
      });
      const answer = (await response.json()) as { access_token?: string };
      if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
      return answer.access_token;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
