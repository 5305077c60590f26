import { lookup } from 'node:dns';
import { rangeOfAddress } from './address-range.ts';
import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Resolves names for connections: the address that was checked is the one connected to, so that a name cannot change
 * its meaning in between. Only the configured API may be inside a network; result hosts must be public.
 */
export function pinnedLookup(baseHost: string): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const usable =
        hostname === baseHost
          ? addresses
          : addresses.filter(({ address }) => rangeOfAddress(address) === 'public');
      const [first] = usable;
      if (!first) return callback(notPublic(hostname), '', 0);
      if (options.all) return callback(null, usable);
      return callback(null, first.address, first.family);
    });
  };
}

function notPublic(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} resolves to no public address`), { code: 'EHOSTUNREACH' });
}
