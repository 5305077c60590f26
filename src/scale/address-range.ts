import ipaddr from 'ipaddr.js';

/** Interface identifiers that hold an IPv4 address (ISATAP, RFC 5214, 6.1), whatever the prefix. */
const ISATAP = new Set([0x0000, 0x0200]);

/** Every address begins with a digit or has a colon; the library finds out that a name is none by throwing, slowly. */
const MAYBE_ADDRESS = /^\d|:/;

/**
 * `public` for an address that hosts of the internet have, otherwise the name of its range in IANA's registries of
 * special addresses, in words. Of IPv6 only 2000::/3 is given out for hosts (RFC 4291, 2.4): `::127.0.0.1` and its
 * like lie outside. An IPv4 address within an IPv6 one is classified by itself.
 *
 * @returns undefined for what is no address
 */
export function rangeOfAddress(text: string): string | undefined {
  if (!MAYBE_ADDRESS.test(text) || !ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const range = address.range();
  if (range !== 'unicast') return words(range);
  if (!(address instanceof ipaddr.IPv6)) return 'public';
  const [first = 0, , , , network = 0, isatap = 0, high = 0, low = 0] = address.parts;
  if (first >> 13 !== 1) return 'reserved';
  if (!ISATAP.has(network) || isatap !== 0x5efe) return 'public';
  const inner = new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]).range();
  return inner === 'unicast' ? 'public' : words(inner);
}

function words(range: string): string {
  return range.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
