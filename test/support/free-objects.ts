import type * as z from 'zod';

/** Whether an object of this schema takes members that it does not name. */
function isOpen(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  if (def.type === 'record') return true;
  if (!isObjectDef(def)) return false;
  return def.catchall !== undefined && def.catchall._zod.def.type !== 'never';
}

function isObjectDef(def: z.core.$ZodTypeDef): def is z.core.$ZodObjectDef {
  return def.type === 'object';
}

/** Schemas directly inside one, each with the step that leads to it; an index stands for any item. */
function inside(schema: z.core.$ZodType): [string | number | undefined, z.core.$ZodType][] {
  const def = schema._zod.def as z.core.$ZodTypes['_zod']['def'];
  if (def.type === 'object') return Object.entries(def.shape);
  if (def.type === 'record') return [['any', def.valueType]];
  if (def.type === 'array') return [[0, def.element]];
  if (def.type === 'lazy') return [[undefined, def.getter()]];
  if (def.type === 'union') return def.options.map((option) => [undefined, option]);
  if (def.type === 'pipe') return [[undefined, def.in]];
  if (def.type === 'intersection') {
    return [
      [undefined, def.left],
      [undefined, def.right],
    ];
  }
  return 'innerType' in def ? [[undefined, def.innerType]] : [];
}

/** Paths in a tool's arguments at which members that no schema names are accepted, at any depth. */
export function freeObjects(
  schema: z.core.$ZodType,
  at: readonly (string | number)[] = [],
  seen: ReadonlySet<z.core.$ZodType> = new Set(),
): (string | number)[][] {
  if (seen.has(schema)) return [];
  const within = new Set([...seen, schema]);
  const deeper = inside(schema).flatMap(([step, inner]) =>
    freeObjects(inner, step === undefined ? at : [...at, step], within),
  );
  const all = isOpen(schema) ? [[...at], ...deeper] : deeper;
  return [...new Map(all.map((path) => [JSON.stringify(path), path])).values()];
}

/** A copy with more members in the object at a path; what is missing on the way is made. */
export function plant(
  value: unknown,
  [first, ...rest]: readonly (string | number)[],
  members: Readonly<Record<string, unknown>>,
): unknown {
  if (first === undefined) return { ...(isObject(value) && value), ...members };
  if (typeof first === 'number') {
    const [item, ...others] = Array.isArray(value) ? (value as unknown[]) : [];
    return [plant(item, rest, members), ...others];
  }
  const object = isObject(value) ? value : {};
  return { ...object, [first]: plant(object[first], rest, members) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
