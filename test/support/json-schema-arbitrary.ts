import * as fc from 'fast-check';
import { isRecord } from '../../src/responses/compact.ts';

/** Texts of the kinds that arguments take, right and wrong ones. */
const TEXTS = [
  'car',
  '',
  'road-signs',
  'https://example.com/a.jpg',
  's3://bucket/key.json',
  'ftp://example.com/a.jpg',
  'ada@example.com',
  '2026-03-01T00:00:00Z',
  '2026-03-01',
  'next tuesday',
  '10',
  'null',
];

const anything = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1.5, 50, 1e21, [], {}, ...TEXTS),
  fc.constantFrom<unknown>([1], ['car'], { a: 1 }, [{}], { choice: 'car' }),
);

/** Mostly fits; now and then something else stands in its place, so that both verdicts come up. */
function mostly(fitting: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 24, arbitrary: fitting }, { weight: 1, arbitrary: anything });
}

/** Values around a JSON Schema: most of them fit, many just do not. */
export function around(schema: unknown, root: unknown = schema, depth = 0): fc.Arbitrary<unknown> {
  if (!isRecord(schema) || Object.keys(schema).length === 0 || depth > 7) return anything;
  const inner = (part: unknown): fc.Arbitrary<unknown> => around(part, root, depth + 1);
  const { $ref: ref, anyOf, oneOf, allOf, enum: values, const: only, type } = schema;
  if (typeof ref === 'string') return inner(resolve(ref, root));
  const branches = [anyOf, oneOf].find(Array.isArray);
  if (Array.isArray(branches)) return fc.oneof(...branches.map(inner));
  if (Array.isArray(allOf)) return inner(allOf[0]);
  if (Array.isArray(values)) return mostly(fc.constantFrom<unknown>(...values));
  if (only !== undefined) return mostly(fc.constant(only));
  switch (type) {
    case 'object':
      return mostly(objectAround(schema, inner));
    case 'array':
      return mostly(fc.array(inner(schema['items']), { maxLength: 4 }));
    case 'integer':
      return mostly(fc.integer({ min: -2, max: 120 }));
    case 'number':
      return mostly(fc.oneof(fc.integer({ min: -2, max: 50 }), fc.constantFrom(0.5, -0.5)));
    case 'boolean':
      return mostly(fc.boolean());
    case 'null':
      return mostly(fc.constant(null));
    default:
      return mostly(fc.constantFrom(...fittingTexts(schema)));
  }
}

function fittingTexts({ pattern, minLength }: Record<string, unknown>): string[] {
  const fitting = TEXTS.filter(
    (text) =>
      (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)) &&
      text.length >= (typeof minLength === 'number' ? minLength : 0),
  );
  return fitting.length > 0 ? fitting : TEXTS;
}

function resolve(ref: string, root: unknown): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce((node, key) => (isRecord(node) ? node[key] : undefined), root);
}

function objectAround(
  schema: Record<string, unknown>,
  inner: (part: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const members = Object.entries(properties).map(([name, part]) => {
    const present = inner(part).map((value) => [[name, value] as const]);
    const absent = fc.constant([]);
    const weights = required.includes(name) ? { in: 40, out: 1 } : { in: 1, out: 5 };
    return fc.oneof({ weight: weights.in, arbitrary: present }, { weight: weights.out, arbitrary: absent });
  });
  const present = fc.tuple(...members).map((entries) => Object.fromEntries(entries.flat()));
  const names = isRecord(schema['propertyNames'])
    ? inner(schema['propertyNames'])
    : fc.constantFrom('a', 'side');
  const more = isRecord(schema['additionalProperties'])
    ? fc.array(fc.tuple(names, inner(schema['additionalProperties'])), { maxLength: 3 })
    : fc.oneof(
        { weight: 24, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.constant([['no_such_argument', 1] as const]) },
      );
  return fc.tuple(present, more).map(([base, extra]) => ({
    ...base,
    ...Object.fromEntries(extra.map(([key, value]) => [String(key), value])),
  }));
}
