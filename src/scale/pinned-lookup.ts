import { lookup } from 'node:dns';
import ipaddr from 'ipaddr.js';
import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Resolves names for connections: the address that was judged is the one connected to, so that a name cannot change
 * its meaning in between. Only the configured API may be inside a network; result hosts must be public.
 */
export function pinnedLookup(baseHost: string): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const usable = hostname === baseHost ? addresses : addresses.filter(({ address }) => isPublic(address));
      const [first] = usable;
      if (!first) return callback(notPublic(hostname), '', 0);
      if (options.all) return callback(null, usable);
      return callback(null, first.address, first.family);
    });
  };
}

function isPublic(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast';
}

function notPublic(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} resolves to no public address`), { code: 'EHOSTUNREACH' });
}
