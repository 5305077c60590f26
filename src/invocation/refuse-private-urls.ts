import { urlFault } from '../access/outside-urls.ts';
import { isRecord } from '../responses/compact.ts';
import { invalidArguments } from './parse.ts';
import type { Tool } from '../catalog/tool.ts';
import type { ArgumentIssue } from './tool-failure.ts';

/** Free text and the customer's own data: URLs in there are not fetched. */
const NOT_FETCHED = new Set(['instruction', 'metadata', 'text', 'description']);

/** A scheme with an authority; of http also in the forms that URL parsers read as one, such as `http:/host`. */
const A_URL = /^\s*([a-z][a-z0-9+.-]*:\/\/|https?:[\\/])/i;

/**
 * Refuses arguments of a write that would have Scale fetch from, or call, a machine in somebody's own network.
 *
 * @throws ToolFailure `invalid_arguments`
 */
export function refusePrivateUrls(tool: Tool, args: unknown, allowedHosts: ReadonlySet<string>): void {
  if (tool.effect === 'read') return;
  const issues = [...faults(args, '', allowedHosts)];
  if (issues.length > 0) throw invalidArguments(tool, issues);
}

function* faults(value: unknown, path: string, allowed: ReadonlySet<string>): Generator<ArgumentIssue> {
  if (typeof value === 'string') {
    const fault = A_URL.test(value) ? urlFault(value.trim(), allowed) : undefined;
    if (fault !== undefined) {
      yield {
        path,
        message: `${fault}; Scale cannot or must not reach it. Use a public URL, upload the file, or have the operator allow the host with --allow-url-host`,
        allowed: 'a public http(s) URL',
      };
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* faults(item, `${path}[${index}]`, allowed);
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (!NOT_FETCHED.has(name)) yield* faults(member, path === '' ? name : `${path}.${name}`, allowed);
    }
  }
}
