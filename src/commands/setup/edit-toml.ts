import { parse, stringify } from 'smol-toml';
import { lineEndOf } from './line-end.ts';

/** The lines of a table and of those below it: from its header to the next header that is neither. */
function linesOfTable(
  lines: readonly string[],
  path: readonly string[],
): [from: number, to: number] | undefined {
  const header = path.join('.');
  const isOurs = (line: string): boolean => {
    const name = /^\s*\[\s*([^[\]]+?)\s*\]/.exec(line)?.[1]?.replaceAll(/["'\s]/g, '');
    return name === header || name?.startsWith(`${header}.`) === true;
  };
  const from = lines.findIndex(isOurs);
  if (from < 0) return undefined;
  const rest = lines.slice(from + 1).findIndex((line) => /^\s*\[/.test(line) && !isOurs(line));
  let to = rest < 0 ? lines.length : from + 1 + rest;
  // What stands right above the next header is about that.
  while (to > from + 1 && /^\s*(#.*)?$/.test(lines[to - 1] ?? '')) to -= 1;
  return [from, to];
}

/**
 * TOML whose tables of servers have headers of their own, as Codex writes them. No parser that is published for
 * JavaScript keeps comments and writes such a table, so that lines are put in and taken out here.
 */
export const TOML_FORMAT = {
  parse: (text: string): Record<string, unknown> => parse(text),

  set(text: string, path: readonly string[], value: Readonly<Record<string, unknown>>): string {
    const eol = lineEndOf(text);
    const table = stringify(
      path.reduceRight<Record<string, unknown>>((inner, key) => ({ [key]: inner }), value),
    )
      .trim()
      .split('\n');
    const lines = text.split(eol);
    const present = linesOfTable(lines, path);
    if (present) return lines.toSpliced(present[0], present[1] - present[0], ...table).join(eol);
    const before = text.trimEnd() === '' ? '' : text.endsWith(eol) ? text + eol : text + eol + eol;
    return `${before}${table.join(eol)}${eol}`;
  },

  remove(text: string, path: readonly string[]): string {
    const eol = lineEndOf(text);
    const lines = text.split(eol);
    const present = linesOfTable(lines, path);
    if (!present) return text;
    const [from, to] = present;
    const gap = from > 0 && lines[from - 1]?.trim() === '' ? 1 : 0;
    return lines.toSpliced(from - gap, to - from + gap).join(eol);
  },
};
