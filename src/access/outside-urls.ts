import { rangeOfAddress } from '../scale/address-range.ts';

/** Hosts that mean a machine or a network of their own, whoever resolves them. */
const LOCAL_NAMES =
  /^(localhost|.*\.localhost|.*\.local|.*\.internal|.*\.intranet|.*\.lan|.*\.home\.arpa|metadata|instance-data)$/;

/**
 * What is wrong with a URL that Scale is to fetch or call; undefined when nothing is. Names are not resolved: that is
 * Scale's to do. Numbers are read as URL parsers read them, so decimal, octal and hexadecimal forms
 * count as well, and what stands before an `@` does not.
 *
 * @param allowedHosts hosts that the operator allows all the same
 */
export function urlFault(text: string, allowedHosts: ReadonlySet<string>): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL that can be read';
  const url = new URL(text);
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  if (host === '' || allowedHosts.has(host)) return undefined;
  if (LOCAL_NAMES.test(host)) return `points to "${host}", which only a machine inside a network can reach`;
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const range = rangeOfAddress(address);
  return range === undefined || range === 'public' ? undefined : `points to ${address}, a ${range} address`;
}
