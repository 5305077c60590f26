import { isRecord } from '../responses/compact.ts';
import type { Tool } from '../catalog/tool.ts';

/** Unknown names can hide others that stand deeper. */
const MAX_ROUNDS = 10;

/** The arguments of a tool without those that it does not know, at any depth. */
export function withoutUnknown(tool: Tool, args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let kept: unknown = args;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const prepared = tool.prepare(kept);
    const issues = 'issues' in prepared ? prepared.issues : [];
    const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (unknown.length === 0) break;
    for (const { path, keys } of unknown) kept = without(kept, path, new Set(keys));
  }
  return isRecord(kept) ? kept : {};
}

function without(
  value: unknown,
  [first, ...rest]: readonly PropertyKey[],
  names: ReadonlySet<string>,
): unknown {
  if (first === undefined) {
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))
      : value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === first ? without(item, rest, names) : item));
  }
  if (!isRecord(value) || typeof first !== 'string') return value;
  return { ...value, [first]: without(value[first], rest, names) };
}
