import { expect, it } from 'vitest';
import { pinnedLookup } from '../../src/scale/pinned-lookup.ts';

function resolve(base: string, name: string, all: boolean): Promise<unknown> {
  return new Promise((done) => {
    pinnedLookup(base)(name, { all }, (error, address, family) => done(error?.code ?? [address, family]));
  });
}

it.each(['localhost', '127.0.0.1', '10.0.0.1', '::1', '::127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1'])(
  'connects to no result host that means %s',
  async (name) => {
    expect(await resolve('api.scale.com', name, true)).toBe('EHOSTUNREACH');
    expect(await resolve('api.scale.com', name, false)).toBe('EHOSTUNREACH');
  },
);

it('connects to the configured API wherever it is', async () => {
  expect(await resolve('127.0.0.1', '127.0.0.1', false)).toEqual(['127.0.0.1', 4]);
});

it('connects to a public address', async () => {
  expect(await resolve('api.scale.com', '93.184.215.14', false)).toEqual(['93.184.215.14', 4]);
});
