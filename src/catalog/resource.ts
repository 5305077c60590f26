/** Objects whose names a client can be offered while a user types. */
export type NamedKind = 'project' | 'batch';

/** What an address stands for, where its changes can be noticed. */
export interface Watched {
  kind: 'task' | 'batch' | 'job';
  name: string;
}

/** Something at Scale under an address of its own. What a read answers is what its tool answers. */
export interface ResourceSpec {
  /** `scale://…`, with one `{variable}` for a whole path segment each. */
  uriTemplate: string;
  name: string;
  title: string;
  description: string;
  /** The tool whose answer this is. */
  tool: string;
  arguments(variables: Readonly<Record<string, string>>): Record<string, unknown>;
  /** Whose changes are changes of this; absent where nobody can subscribe to it. */
  watched?(variables: Readonly<Record<string, string>>): Watched;
  /** Variables whose values can be completed. */
  completes?: Readonly<Record<string, NamedKind>>;
}

const SEGMENT = /^\{(\w+)\}$/;

/**
 * The variables of a template in a URI, percent-decoded; undefined when the URI does not fit. A segment that is
 * empty, a dot or two, not well encoded, or followed by a query or fragment never fits.
 */
export function matchUri(template: string, uri: string): Readonly<Record<string, string>> | undefined {
  const wanted = template.split('/');
  const given = uri.split('/');
  if (wanted.length !== given.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = SEGMENT.exec(segment)?.[1];
    if (name === undefined) {
      if (value !== segment) return undefined;
      continue;
    }
    const decoded = decodeSegment(value);
    if (decoded === undefined) return undefined;
    variables[name] = decoded;
  }
  return variables;
}

/** The URI of a template with these variables. */
export function expandUri(template: string, variables: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(variables[name] ?? ''));
}

function decodeSegment(segment: string): string | undefined {
  if (/[?#]/.test(segment)) return undefined;
  try {
    const decoded = decodeURIComponent(segment);
    return decoded === '' || decoded === '.' || decoded === '..' ? undefined : decoded;
  } catch {
    return undefined;
  }
}
