import { isRecord } from '../responses/compact.ts';

/**
 * Arguments in the form in which they are listed: JSON text where text is listed for an object or a list, and a list of
 * `{name, …}` where one is listed for a map.
 */
export function asListed(schema: unknown, value: unknown): unknown {
  if (!isRecord(schema)) return value;
  const { type, items, properties } = schema;
  if (type === 'string' && typeof value === 'object' && value !== null) return JSON.stringify(value);
  if (type === 'array' && isRecord(value)) {
    return Object.entries(value).map(([name, member]) =>
      asListed(items, isRecord(member) ? { ...member, name } : member),
    );
  }
  if (type === 'array' && Array.isArray(value)) return value.map((item: unknown) => asListed(items, item));
  if (!isRecord(value) || !isRecord(properties)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, asListed(properties[name], member)]),
  );
}
