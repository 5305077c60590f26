import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { ConfigError } from '../../config/load.ts';
import { appendToList, removeFromList } from './edit-json.ts';
import { FORMATS } from './formats.ts';
import type { Host } from './hosts.ts';
import type { Entry } from './server-entry.ts';

const Members = z.record(z.string(), z.unknown()).catch({});
const Inputs = z.array(z.looseObject({ id: z.string().optional() })).catch([]);

/** The servers of a host's file, by name. @throws ConfigError for a file that cannot be read as what it should be */
export function serversIn(host: Host, text: string, file: string): Record<string, Entry> {
  const servers = host.servers.reduce((inner, key) => Members.parse(inner[key]), parsed(host, text, file));
  return z.record(z.string(), Members).parse(servers);
}

function parsed(host: Host, text: string, file: string): Record<string, unknown> {
  try {
    return FORMATS[host.format].parse(text);
  } catch (error) {
    const what = error instanceof Error ? error.message.trim() : String(error);
    throw new ConfigError(
      `${file} cannot be read as ${host.format.toUpperCase()}: ${what}. It is left as it is; correct it, or add the entry by hand.`,
    );
  }
}

/** @throws ConfigError when the file cannot be edited without a change to something else in it */
export function withEntry(host: Host, text: string, name: string, entry: Entry, file: string): string {
  const before = parsed(host, text, file);
  const path = [...host.servers, name];
  const edited = guarded(host, file, () => {
    const added = FORMATS[host.format].set(text, path, entry);
    return needsInput(host, before, entry) ? appendToList(added, 'inputs', host.input) : added;
  });
  const wanted = withMember(before, path, entry);
  if (needsInput(host, before, entry)) wanted['inputs'] = [...Inputs.parse(before['inputs']), host.input];
  return confirmed(host, edited, wanted, file);
}

/** @throws ConfigError when the file cannot be edited without a change to something else in it */
export function withoutEntry(host: Host, text: string, name: string, file: string): string {
  const before = parsed(host, text, file);
  const path = [...host.servers, name];
  const wanted = withMember(before, path, undefined);
  let edited = guarded(host, file, () => FORMATS[host.format].remove(text, path));
  const index = unusedInput(host, wanted);
  if (index >= 0) {
    edited = guarded(host, file, () => removeFromList(edited, 'inputs', index));
    const left = Inputs.parse(wanted['inputs']).toSpliced(index, 1);
    if (left.length === 0) delete wanted['inputs'];
    else wanted['inputs'] = left;
  }
  return confirmed(host, edited, wanted, file);
}

function guarded(host: Host, file: string, edit: () => string): string {
  try {
    return edit();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `${file} is left as it is: ${what}. Add the entry by hand (docs/clients/${host.name}.md).`,
    );
  }
}

/** Reads what was edited and holds it against what was meant, so that nothing else in the file can be lost. */
function confirmed(host: Host, edited: string, wanted: Record<string, unknown>, file: string): string {
  const after = parsed(host, edited, `${file}, as it would be,`);
  if (isDeepStrictEqual(pruned(after, host.servers), pruned(wanted, host.servers))) return edited;
  throw new ConfigError(
    `${file} is written in a form that cannot be edited without a change to other parts of it. It is left as it is; add the entry by hand (docs/clients/${host.name}.md).`,
  );
}

/** Without the list of servers where it is empty: whether an empty one stays is the format's affair. */
function pruned(content: Record<string, unknown>, [key = '', ...rest]: readonly string[]): unknown {
  const inner = rest.length === 0 ? content[key] : pruned(Members.parse(content[key]), rest);
  const isEmpty = inner === undefined || inner === null || Object.keys(Members.parse(inner)).length === 0;
  const { [key]: _removed, ...others } = plain(content);
  return isEmpty ? others : { ...others, [key]: plain(Members.parse(inner)) };
}

/** Objects of parsers without a prototype are equal to others. */
function plain(content: Record<string, unknown>): Record<string, unknown> {
  return Members.parse(structuredClone(content));
}

function withMember(
  content: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length > 0) return { ...content, [key]: withMember(Members.parse(content[key]), rest, value) };
  const { [key]: _replaced, ...others } = content;
  return value === undefined ? others : { ...others, [key]: value };
}

function needsInput({ input, keyReference }: Host, content: Record<string, unknown>, entry: Entry): boolean {
  if (!input || !isDeepStrictEqual(entry['env'], keyReference?.['env'])) return false;
  return !Inputs.parse(content['inputs']).some(({ id }) => id === input.id);
}

/** Where the host's question for the key stands that no server refers to any more; -1 for nowhere. */
function unusedInput({ input, servers }: Host, content: Record<string, unknown>): number {
  if (!input) return -1;
  const left = JSON.stringify(servers.reduce((inner, key) => Members.parse(inner[key]), content));
  if (left.includes(`\${input:${input.id}}`)) return -1;
  return Inputs.parse(content['inputs']).findIndex((item) => isDeepStrictEqual(item, input));
}
