import { fromJson } from '../../../src/catalog/from-json.ts';
import { isRecord } from '../../../src/responses/compact.ts';

/**
 * A map out of a list of `{name, …}`: models name the members of a list, and converters of agent frameworks keep them,
 * where they lose those of a map. A list without a name in each, or with a name twice, stays what it is and is refused.
 */
export function byName(value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value;
  const entries = value.flatMap((sent: unknown) => {
    const item = fromJson(sent);
    if (!isRecord(item) || typeof item['name'] !== 'string') return [];
    const { name, ...rest } = item;
    return [[name, rest] as const];
  });
  const map = new Map(entries);
  return map.size === value.length ? Object.fromEntries(map) : value;
}
