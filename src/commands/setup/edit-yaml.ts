import { isMap, isScalar, parse, parseDocument } from 'yaml';
import * as z from 'zod';
import { lineEndOf } from './line-end.ts';

const Members = z.record(z.string(), z.unknown());

interface Block {
  /** Lines of the key and all that is below it. */
  from: number;
  to: number;
  /** Of the key, in characters. */
  indent: number;
}

/** An empty line or a comment; at the end of a block it is about what follows. */
function isAside(line = ''): boolean {
  return /^\s*(#.*)?$/.test(line);
}

/** The lines of a member of the block that begins at `from`, found by how far they are indented. */
function blockOf(lines: readonly string[], key: string, within: Block): Block | undefined {
  const childIndent = lines
    .slice(within.from, within.to)
    .filter((line) => /^\s*[^\s#]/.test(line))
    .map((line) => line.search(/\S/))
    .find((indent) => indent > within.indent);
  if (childIndent === undefined) return undefined;
  const starts = new RegExp(
    `^ {${childIndent}}(["']?)${key.replaceAll(/[^\w-]/g, String.raw`\$&`)}\\1\\s*:(\\s|$)`,
  );
  const from = lines.findIndex((line, at) => at >= within.from && at < within.to && starts.test(line));
  if (from < 0) return undefined;
  let to = from + 1;
  while (to < within.to && (isAside(lines[to]) || (lines[to] ?? '').search(/\S/) > childIndent)) to += 1;
  while (to > from + 1 && isAside(lines[to - 1])) to -= 1;
  return { from, to, indent: childIndent };
}

function wholeOf(lines: readonly string[]): Block {
  return { from: 0, to: lines.length, indent: -1 };
}

function linesFor(key: string, value: unknown, indent: number): string[] {
  const pad = ' '.repeat(indent);
  const members = Members.safeParse(value);
  if (!members.success) return [`${pad}${key}: ${JSON.stringify(value)}`]; // JSON is YAML, too
  return [
    `${pad}${key}:`,
    ...Object.entries(members.data).flatMap(([name, inner]) => linesFor(name, inner, indent + 2)),
  ];
}

/** @throws Error for a list of servers that is written in braces: lines can be put only into one that has lines */
function refuseBraces(text: string, parent: string): void {
  const servers: unknown = parseDocument(text).get(parent, true);
  const isEmpty = servers === undefined || (isScalar(servers) && servers.value === null);
  const isBlock = isMap(servers) && (servers.flow !== true || servers.items.length === 0);
  if (!isEmpty && !isBlock) throw new Error(`"${parent}" is not written as a block, a line for each server`);
}

/** Block-style YAML, two levels deep: the servers, and one of them. */
export const YAML_FORMAT = {
  parse(text: string): Record<string, unknown> {
    const members = Members.safeParse(parse(text) ?? {});
    if (!members.success) throw new Error('it holds no mapping');
    return members.data;
  },

  set(
    text: string,
    [parent = '', name = '']: readonly string[],
    value: Readonly<Record<string, unknown>>,
  ): string {
    refuseBraces(text, parent);
    const eol = lineEndOf(text);
    const lines = text.split(eol);
    const servers = blockOf(lines, parent, wholeOf(lines));
    if (!servers) {
      const before = text.trimEnd() === '' ? '' : text.endsWith(eol) ? text : text + eol;
      return `${before}${[`${parent}:`, ...linesFor(name, value, 2)].join(eol)}${eol}`;
    }
    lines[servers.from] = (lines[servers.from] ?? '').replace(/\s*\{\s*\}/, '');
    const present = blockOf(lines, name, { ...servers, from: servers.from + 1 });
    const first = lines.slice(servers.from + 1, servers.to).find((line) => /^\s*[^\s#]/.test(line));
    const entry = linesFor(name, value, first === undefined ? servers.indent + 2 : first.search(/\S/));
    if (present) return lines.toSpliced(present.from, present.to - present.from, ...entry).join(eol);
    return lines.toSpliced(servers.to, 0, ...entry).join(eol);
  },

  remove(text: string, [parent = '', name = '']: readonly string[]): string {
    const eol = lineEndOf(text);
    const lines = text.split(eol);
    const servers = blockOf(lines, parent, wholeOf(lines));
    const present = servers && blockOf(lines, name, { ...servers, from: servers.from + 1 });
    if (!servers || !present) return text;
    const isLast =
      Object.keys(Members.catch({}).parse(Members.catch({}).parse(parse(text))[parent])).length === 1;
    const gone = isLast ? servers : present;
    return lines.toSpliced(gone.from, gone.to - gone.from).join(eol);
  },
};
