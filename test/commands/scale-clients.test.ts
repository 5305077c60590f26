import { describe, expect, it } from 'vitest';
import { ScaleClients } from '../../src/compose/scale-clients.ts';
import { createScaleClient } from '../../src/scale/client.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';

const timing = { random: () => 0, sleep: async () => undefined };

describe('the clients of many keys', () => {
  it('stay good for whoever holds them, however many others there are', async () => {
    const release: (() => void)[] = [];
    const stub = await startScaleStub(({ url }, response) => {
      if (url.endsWith('/slow')) release.push(() => json(response, 200, { slow: true }));
      else json(response, 200, {});
    });
    let opened = 0;
    const clients = new ScaleClients((apiKey) => {
      opened += 1;
      return createScaleClient({ baseUrl: stub.baseUrl, apiKey, userAgent: 'test', timing });
    }, 2);
    const first = clients.for(new ScaleKey('live_first'));
    const others = [1, 2, 3, 4].map((key) => clients.for(new ScaleKey(`live_${key}`)));
    expect(opened).toBe(0);

    const slow = first.send({ method: 'GET', path: ['slow'] });
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const other of others) await other.send({ method: 'GET', path: ['quick'] });
    release[0]?.();
    expect(await slow).toEqual({ slow: true });
    expect(await others[0]?.send({ method: 'GET', path: ['quick'] })).toEqual({});
    expect(await first.send({ method: 'GET', path: ['quick'] })).toEqual({});
    expect(clients.for(new ScaleKey('live_first'))).toBe(first);
    await clients.close();
    await stub.close();
  });
});
