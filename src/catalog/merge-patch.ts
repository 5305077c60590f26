import { isRecord } from '../responses/compact.ts';

type Json = Readonly<Record<string, unknown>>;

/** JSON merge patch (RFC 7396): objects are merged, null removes, everything else replaces. */
export function mergePatch(target: unknown, patch: Json): Record<string, unknown> {
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = isRecord(value) ? mergePatch(merged[name], value) : value;
  }
  return merged;
}
