import { isRecord } from '../../../src/responses/compact.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** One schema inside a listed schema, and what its neighbours say of it. */
export interface Place {
  /** `.geometries.box[]`; empty at the root. */
  path: string;
  node: JsonSchema;
  /** The keyword under which it stands: `root` for the whole. */
  stands: 'root' | 'properties' | 'items' | 'other';
  /** Its name, where it is a property. */
  name?: string;
  /** Whether the object that has this property requires it. */
  isRequired: boolean;
  /** The object that has this property. */
  owner?: Place;
  /** How many objects and arrays are around it. */
  depth: number;
}

const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLE = ['additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else', 'contains'];
const MAPS = ['$defs', 'definitions', 'patternProperties'];

const ROOT = { path: '', stands: 'root', isRequired: true, depth: 0 } as const;

/** Every schema inside `schema`, itself first. */
export function placesIn(schema: unknown, at: Omit<Place, 'node'> = ROOT): Place[] {
  if (!isRecord(schema)) return [];
  const place: Place = { ...at, node: schema };
  const depth = at.depth + 1;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = members(schema['properties']).flatMap(([name, inner]) =>
    placesIn(inner, {
      path: `${at.path}.${name}`,
      stands: 'properties',
      name,
      isRequired: required.includes(name),
      owner: place,
      depth,
    }),
  );
  const others = [
    ...LISTS.flatMap((keyword) => elements(schema[keyword]).map((one, at) => [`${keyword}[${at}]`, one])),
    ...SINGLE.map((keyword) => [keyword, schema[keyword]]),
    ...MAPS.flatMap((keyword) => members(schema[keyword]).map(([name, one]) => [`${keyword}.${name}`, one])),
  ].flatMap(([step, inner]) =>
    placesIn(inner, { path: `${at.path}<${String(step)}>`, stands: 'other', isRequired: true, depth }),
  );
  const items = placesIn(schema['items'], {
    path: `${at.path}[]`,
    stands: 'items',
    isRequired: true,
    depth,
  });
  return [place, ...properties, ...items, ...others];
}

function members(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function elements(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
