import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { secretOf, startAuthorizationServer } from '../support/authorization-server.ts';
import { run } from '../support/run-cli.ts';
import { startHttp } from '../support/hosts.ts';
import type { Server } from 'node:http';
import type { AuthorizationServer } from '../support/authorization-server.ts';

const RESOURCE = 'http://127.0.0.1:3999/mcp';

const ROLES = {
  viewer: { effects: ['read'], toolsets: ['all'] },
  labeler: { effects: ['read', 'create'], consequences: ['billable'], toolsets: ['all'] },
  admin: { effects: ['delete'], toolsets: ['all'] },
};

const oauthOf = (issuer: string): object => ({
  issuer,
  resource: RESOURCE,
  grants: [
    { claim: 'groups', value: 'admins', role: 'admin' },
    { scope: 'scale:label', role: 'labeler' },
    { scope: 'scale:read', role: 'viewer' },
  ],
});

let directory = '';
let issuer: AuthorizationServer;
let other: AuthorizationServer;
let server: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'oauth-'));
  issuer = await startAuthorizationServer();
  other = await startAuthorizationServer();
  const config = path.join(directory, 'config.yaml');
  await writeFile(config, stringify({ roles: ROLES, oauth: oauthOf(issuer.issuer) }));
  server = await startHttp(['--sandbox', '--config', config], {});
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
  await other.close();
  await rm(directory, { recursive: true });
});

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

function knock(token: string | undefined, body: object = LIST): Promise<Response> {
  return fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
}

async function listed(token: string): Promise<string> {
  const response = await knock(token);
  expect(response.status).toBe(200);
  return response.text();
}

async function call(token: string, name: string, args: object): Promise<Response> {
  return knock(token, { ...LIST, method: 'tools/call', params: { name, arguments: args } });
}

/** A good token, signed by somebody else's key. */
async function forged(algorithm: 'RS256' | 'ES256'): Promise<string> {
  const claims = decodeJwt(await issuer.token('reader', RESOURCE));
  const { privateKey } = await generateKeyPair(algorithm);
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(privateKey);
}

async function unsigned(): Promise<string> {
  const claims = decodeJwt(await issuer.token('reader', RESOURCE));
  return new UnsecuredJWT(claims).encode();
}

/** RS256 and HS256 confused: the public key taken for a shared secret. */
async function signedWithThePublicKey(): Promise<string> {
  const claims = decodeJwt(await issuer.token('reader', RESOURCE));
  const { keys } = (await (await fetch(`${issuer.issuer}/jwks`)).json()) as { keys: object[] };
  const [jwk] = keys;
  const key = await importJWK({ ...jwk, alg: 'RS256' });
  const pem = 'type' in key ? await exportSPKI(key) : '';
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(pem));
}

async function tampered(): Promise<string> {
  const [header, payload = '', signature] = (await issuer.token('reader', RESOURCE)).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const raised = Buffer.from(JSON.stringify({ ...claims, scope: 'scale:label' })).toString('base64url');
  return [header, raised, signature].join('.');
}

describe('ways in that stay shut: tokens of an authorization server', () => {
  it.each<[string, () => Promise<string | undefined>]>([
    ['none at all', async () => undefined],
    ['one for another resource', () => issuer.token('reader', 'http://127.0.0.1:3998/mcp')],
    ['one of another issuer', () => other.token('reader', RESOURCE)],
    ['one that is not signed (alg none)', unsigned],
    ['one signed with the public key as a secret', signedWithThePublicKey],
    ['one signed with a foreign key', () => forged('RS256')],
    ['one signed with a foreign elliptic key', () => forged('ES256')],
    ['one whose scope was raised', tampered],
    [
      'one without its signature',
      async () => (await issuer.token('reader', RESOURCE)).split('.').slice(0, 2).join('.'),
    ],
    ['no JWT', async () => 'abc'],
  ])('%s', async (_name, token) => {
    const response = await knock(await token());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain(
      'resource_metadata="http://127.0.0.1:3999/.well-known/oauth-protected-resource/mcp"',
    );
    expect(await response.text()).not.toMatch(/jws|jwt|signature|issuer|scale_ai_/i);
  });
});

describe('ways in that stay shut: a well signed token', () => {
  const now = Math.floor(Date.now() / 1_000);
  const good = { iss: '', aud: RESOURCE, sub: 'ada', scope: 'scale:read', exp: now + 300 };
  let keys: Server;
  let iss = '';
  let sign: (claims: Record<string, unknown>) => Promise<string>;
  let guarded: Awaited<ReturnType<typeof startHttp>>;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    keys = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    keys.listen(0, '127.0.0.1');
    await once(keys, 'listening');
    const address = keys.address();
    iss = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
    const config = path.join(directory, 'keys.yaml');
    const oauth = { ...oauthOf(iss), jwks_uri: `${iss}/jwks` };
    await writeFile(config, stringify({ roles: ROLES, oauth }));
    guarded = await startHttp(['--sandbox', '--config', config], {});
  });
  afterAll(async () => {
    await guarded.stop();
    keys.closeAllConnections();
    keys.close();
  });

  it.each<[string, Record<string, unknown>]>([
    ['that has expired', { exp: now - 60 }],
    ['that never expires', { exp: undefined }],
    ['that is not yet valid', { nbf: now + 120 }],
    ['for another audience', { aud: 'https://elsewhere.example' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
    ['that names nobody', { sub: undefined }],
  ])('%s', async (_name, change) => {
    expect((await enter(change)).status).toBe(401);
    expect((await enter({})).status).toBe(200);
    expect((await enter({ aud: ['https://elsewhere.example', RESOURCE] })).status).toBe(200);
  });

  async function enter(change: Record<string, unknown>): Promise<Response> {
    const token = await sign({ ...good, iss, ...change });
    return fetch(guarded.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(LIST),
    });
  }
});

describe('a token of the issuer', () => {
  it('gives the role that its scope stands for, the broadest first', async () => {
    const reader = await listed(await issuer.token('reader', RESOURCE));
    expect(reader).toContain('scale_ai_get_task');
    expect(reader).not.toContain('scale_ai_create_batch');
    expect(await listed(await issuer.token('labeler', RESOURCE))).toContain('scale_ai_create_batch');
    expect(await listed(await issuer.token('labeler', RESOURCE, 'scale:read'))).not.toContain('create_batch');
  });

  it('that no grant knows gives nothing', async () => {
    const token = await issuer.token('reader', RESOURCE, '');
    expect(await listed(token)).not.toContain('scale_ai_');
  });

  it('that is too narrow is challenged with the scope that would do', async () => {
    const token = await issuer.token('reader', RESOURCE);
    const response = await call(token, 'scale_ai_create_batch', { project: 'p', name: 'n' });
    expect(response.status).toBe(403);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="scale:label"');
    expect(challenge).toContain('resource_metadata=');
  });

  it('that could not be broad enough is refused as a tool error', async () => {
    const token = await issuer.token('labeler', RESOURCE);
    const response = await call(token, 'scale_ai_delete_task_tags', { task_id: 'x', tags: ['a'] });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('effect:delete');
  });
});

it('publishes where tokens come from, at both places of RFC 9728', async () => {
  for (const place of ['', '/mcp']) {
    const url = new URL(`/.well-known/oauth-protected-resource${place}`, server.url);
    const response = await fetch(url);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.json()).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['scale:label', 'scale:read'],
      bearer_methods_supported: ['header'],
    });
  }
});

it('lets a client find its way from the challenge to an answer', async () => {
  const port = 3000 + (process.pid % 2_000) + 20_000;
  const resource = `http://127.0.0.1:${port}/mcp`;
  const config = path.join(directory, 'own.yaml');
  await writeFile(config, stringify({ roles: ROLES, oauth: { ...oauthOf(issuer.issuer), resource } }));
  const own = await startHttp(['--sandbox', '--config', config, '--port', String(port)], {});
  try {
    const authProvider = new ClientCredentialsProvider({
      clientId: 'labeler',
      clientSecret: secretOf('labeler'),
      scope: 'scale:label',
    });
    const client = new Client({ name: 'job', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(own.url), { authProvider }));
    const { structuredContent } = await client.callTool({ name: 'scale_ai_list_projects', arguments: {} });
    expect(structuredContent).toMatchObject({ mode: 'sandbox' });
    await client.close();
  } finally {
    await own.stop();
  }
});

it('says that tokens cannot be judged while the issuer is away, without telling more', async () => {
  const gone = await startAuthorizationServer();
  const token = await gone.token('reader', RESOURCE);
  const config = path.join(directory, 'gone.yaml');
  await writeFile(config, stringify({ roles: ROLES, oauth: oauthOf(gone.issuer) }));
  await gone.close();
  const lonely = await startHttp(['--sandbox', '--config', config], {});
  const response = await fetch(lonely.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(LIST),
  });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/127\.0\.0\.1|ECONN|keys/);
  await lonely.stop();
});

it.each([
  [{ auth: 'oauth' }, 'needs an "oauth" section'],
  [{ oauth: { issuer: 'x', resource: RESOURCE, grants: [{ scope: 'a', role: 'viewer' }] } }, 'oauth.issuer'],
  [{ oauth: oauthOf('http://127.0.0.1:1'), roles: {} }, 'A grant gives the role'],
  [{ oauth: { ...oauthOf('http://127.0.0.1:1'), grants: [{ role: 'viewer' }] } }, '{scope, role}'],
])('refuses the configuration %j', async (change, message) => {
  const config = path.join(directory, 'bad.yaml');
  await writeFile(config, stringify({ roles: ROLES, ...change }));
  const { code, stderr } = await run(['config', 'check', '--config', config]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});
