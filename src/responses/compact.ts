/**
 * Leaves out what says nothing: undefined, null, empty strings, empty lists and empty objects, at every depth.
 * Numbers and booleans always stay.
 */
export function compact(value: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const inner = compactMember(member);
    if (!isEmpty(inner)) kept[key] = inner;
  }
  return kept;
}

function compactMember(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => compactMember(item));
  return isRecord(value) ? compact(value) : value;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
