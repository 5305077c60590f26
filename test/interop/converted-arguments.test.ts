import { describe, expect, it } from 'vitest';
import { listTool } from '../../src/catalog/listing.ts';
import { parseArguments } from '../../src/invocation/parse.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { catalog } from '../../tools/index.ts';
import { asListed } from '../../src/catalog/as-listed.ts';
import { toolNamed } from '../support/invoke-tool.ts';
import type { Tool } from '../../src/catalog/tool.ts';

/** null for every listed member that is left out, at any depth, as crewai-tools and LlamaIndex send it. */
function withNulls(schema: unknown, value: unknown): unknown {
  if (!isRecord(schema)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => withNulls(schema['items'], item));
  if (!isRecord(value) || !isRecord(schema['properties'])) return value;
  const added = Object.entries(schema['properties']).map(([name, inner]) => [
    name,
    name in value ? withNulls(inner, value[name]) : null,
  ]);
  return { ...value, ...Object.fromEntries(added) };
}

/** Numbers and booleans as text, at any depth. */
function inText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(inText);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inText(member)]));
}

/** Objects and lists as JSON text, at the top. */
function inJson(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
}

function listedExample(tool: Tool): Record<string, unknown> {
  const listed = asListed(listTool(tool).inputSchema, tool.example);
  return isRecord(listed) ? listed : {};
}

/** Arguments of which each has objects inside. */
const INSIDE: Readonly<Record<string, Record<string, unknown>>> = {
  scale_ai_create_image_annotation_task: {
    attachment: 'https://x.example/a.jpg',
    geometries: { box: { objects_to_annotate: ['car'], can_rotate: true, min_width: 5 } },
    annotation_attributes: [{ name: 'color', choices: ['red'] }],
    context_attachments: [{ attachment: 'https://x.example/b.jpg' }],
  },
  scale_ai_create_named_entity_task: {
    text: 'x',
    labels: [{ name: 'person' }],
    global_attributes: [{ name: 'tone', choices: ['warm'] }],
  },
  scale_ai_create_text_collection_task: {
    attachments: [{ type: 'text', content: 'x' }],
    fields: [
      { type: 'text', field_id: 'a', title: 'A' },
      { type: 'category', field_id: 'b', title: 'B', choices: [{ label: 'x', value: 'y' }] },
    ],
  },
};

const CASES = [
  ...catalog.map((tool) => ({ name: tool.name, tool, args: listedExample(tool) })),
  ...Object.entries(INSIDE).map(([name, args]) => ({
    name: `${name} with more`,
    tool: toolNamed(name),
    args,
  })),
];

describe.each(CASES)('$name', ({ tool, args }) => {
  const { inputSchema } = listTool(tool);
  const meant = parseArguments(tool, args);

  it.each<[string, unknown]>([
    ['null for what is left out', withNulls(inputSchema, args)],
    ['numbers and booleans in text', inText(args)],
    ['objects and lists as JSON text', inJson(args)],
  ])('takes %s', (_what, sent) => {
    const { call, args: taken } = parseArguments(tool, sent);
    expect(call.request).toEqual(meant.call.request);
    expect(taken).toEqual(meant.args);
  });
});

it('takes a list of geometries with their names for the map that Scale knows', () => {
  const tool = toolNamed('scale_ai_create_image_annotation_task');
  const { attachment } = INSIDE[tool.name] ?? {};
  const box = { objects_to_annotate: ['car'], min_width: 5 };
  const map = parseArguments(tool, { attachment, geometries: { box } });
  for (const geometries of [[{ name: 'box', ...box }], [JSON.stringify({ name: 'box', ...box })]])
    expect(parseArguments(tool, { attachment, geometries }).call.request).toEqual(map.call.request);
  const twice = [
    { name: 'box', ...box },
    { name: 'box', ...box },
  ];
  expect(() => parseArguments(tool, { attachment, geometries: twice })).toThrow('geometries');
});

it('does not tell of null where a client sends it for all that is not given', () => {
  const nulls = { batch: null, status: null, type: null, tags: null };
  const { coerced } = parseArguments(toolNamed('scale_ai_list_tasks'), {
    project: 'road-signs',
    ...nulls,
    limit: '5',
  });
  expect(coerced).toEqual(['limit: text was taken as a number']);
});

it('takes empty text as not given where something is read, and refuses it where something changes', () => {
  const { args } = parseArguments(toolNamed('scale_ai_list_tasks'), {
    project: 'road-signs',
    batch: '',
    status: '',
  });
  expect(args).toEqual({ project: 'road-signs' });
  const change = { project: 'road-signs', batch: '', add_tags: ['x'] };
  expect(() => parseArguments(toolNamed('scale_ai_update_tasks'), change)).toThrow('batch');
  expect(() => parseArguments(toolNamed('scale_ai_get_task'), { task_id: '' })).toThrow('task_id');
});

it('tells of null inside a list that stands for a map', () => {
  const { coerced } = parseArguments(toolNamed('scale_ai_create_image_annotation_task'), {
    ...INSIDE['scale_ai_create_image_annotation_task'],
    annotation_attributes: [{ name: 'color', choices: ['red'], step: null }],
  });
  expect(coerced).toEqual(['annotation_attributes[0].step: null was taken as not given']);
});
