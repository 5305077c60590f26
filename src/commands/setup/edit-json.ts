import { applyEdits, modify, parse, printParseErrorCode } from 'jsonc-parser';
import * as z from 'zod';
import { lineEndOf } from './line-end.ts';
import type { JSONPath, ParseError } from 'jsonc-parser';

const Members = z.record(z.string(), z.unknown());

/** Comments and commas at the end are taken, as hosts do. */
function parseJson(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw new Error(`line ${line}: ${printParseErrorCode(error.error)}`);
  }
  const members = Members.safeParse(value);
  if (!members.success) throw new Error('it holds no object');
  return members.data;
}

/** @param value undefined takes out what is there */
function edit(text: string, path: JSONPath, value: unknown): string {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  const start = text.trim() === '' ? '{}\n' : text;
  const edits = modify(start, path, value, {
    isArrayInsertion: path.at(-1) === -1,
    formattingOptions: {
      insertSpaces: !indent.startsWith('\t'),
      tabSize: indent.startsWith('\t') ? 1 : indent.length,
      eol: lineEndOf(text),
    },
  });
  return applyEdits(start, edits);
}

/** Puts something at the end of a list, which is made where there is none. */
export function appendToList(text: string, name: string, item: unknown): string {
  return Array.isArray(parseJson(text)[name]) ? edit(text, [name, -1], item) : edit(text, [name], [item]);
}

/** Takes out the item at `index`, and the list with its last item. */
export function removeFromList(text: string, name: string, index: number): string {
  const list = parseJson(text)[name];
  return edit(text, Array.isArray(list) && list.length === 1 ? [name] : [name, index], undefined);
}

/** JSON with comments. */
export const JSON_FORMAT = {
  parse: parseJson,
  set: (text: string, path: readonly string[], value: Readonly<Record<string, unknown>>): string =>
    edit(text, [...path], value),
  remove: (text: string, path: readonly string[]): string => edit(text, [...path], undefined),
};
