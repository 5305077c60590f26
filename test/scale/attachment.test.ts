import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScaleClient } from '../../src/scale/client.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ScaleClient } from '../../src/scale/client.ts';

let server: Server;
let origin = '';
let client: ScaleClient;
let requests: IncomingMessage[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  answer = (_request, response) => response.end('picture');
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createScaleClient({
    baseUrl: 'https://api.scale.example/v1',
    apiKey: new ScaleKey('live_0123456789abcdef0123456789abcdef'),
    userAgent: 'scale-ai-mcp/1.2.3',
    timing: { random: () => 0.5, sleep: async () => undefined },
  });
});
afterEach(async () => {
  await client.close();
  server.close();
});

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1']);

function read(url: string, allowedHosts: ReadonlySet<string> = LOOPBACK): Promise<Buffer> {
  return client.readAttachment(url, { signal: new AbortController().signal, allowedHosts });
}

describe('the file that a task is about', () => {
  it('is read without the key', async () => {
    expect((await read(`${origin}/a.jpg`)).toString()).toBe('picture');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['http://images.example/a.jpg', 'only https:// is read'],
    ['ftp://images.example/a.jpg', 'only https:// is read'],
    ['file:///etc/passwd', 'only https:// is read'],
    ['https://169.254.169.254/latest', 'a link local address'],
    ['https://127.0.0.1/a.jpg', 'a loopback address'],
    ['https://2130706433/a.jpg', 'a loopback address'],
    ['https://[::ffff:10.0.0.1]/a.jpg', 'a private address'],
    ['https://[::1]/a.jpg', 'a loopback address'],
    ['no url', 'is no URL'],
  ])('is not read at %s', async (url, reason) => {
    await expect(read(url, new Set())).rejects.toThrow(reason);
    expect(requests).toHaveLength(0);
  });

  it('is not read where a public name leads into a network', async () => {
    await expect(read('https://localhost/a.jpg', new Set())).rejects.toThrow(/no public address/);
  });

  it('is not read where a redirect leads into a network', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'https://10.0.0.1/secret' }).end();
    await expect(read(`${origin}/a.jpg`)).rejects.toThrow('10.0.0.1, a private address');
  });

  it('is read through a few redirects, and not through many', async () => {
    answer = ({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
      else response.end('there');
    };
    expect((await read(`${origin}/3`)).toString()).toBe('there');
    await expect(read(`${origin}/4`)).rejects.toThrow('redirects more than 3 times');
  });

  it('is not read where it is refused, or larger than 40 MB', async () => {
    answer = (_request, response) => response.writeHead(403).end();
    await expect(read(`${origin}/a.jpg`)).rejects.toThrow('answered with status 403');
    const chunk = Buffer.alloc(1024 * 1024);
    answer = (_request, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    };
    await expect(read(`${origin}/a.jpg`)).rejects.toThrow('larger than 40 MB');
  });
});
