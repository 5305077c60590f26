import { describe, expect, it } from 'vitest';
import { listTool } from '../../src/catalog/listing.ts';
import { parseArguments } from '../../src/invocation/parse.ts';
import { catalog } from '../../tools/index.ts';
import { toolNamed } from '../support/invoke-tool.ts';
import { OUTPUT_RULES, faultsOf } from './schema-rules.ts';

/** `mcp__` + the server's name + `__` stands before a name in Claude Code, and 64 characters are the most. */
const LONGEST_NAME = 44;

describe.each(catalog.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  it('is listed in a form that every model API takes and no converter empties', () => {
    const { inputSchema, outputSchema } = listTool(tool);
    expect(faultsOf(inputSchema)).toEqual([]);
    expect(faultsOf(outputSchema, '', OUTPUT_RULES)).toEqual([]);
  });

  it('has a name that leaves room for the prefix of a host', () => {
    expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
  });
});

const bodyOf = (name: string, args: Record<string, unknown>): unknown =>
  parseArguments(toolNamed(name), args).call.request?.body;

const IMAGE = { attachment: 'https://x.example/a.jpg', project: 'p' };

describe('arguments in the listed form and in Scale’s own', () => {
  it.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'labels with children',
      'scale_ai_create_image_annotation_task',
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: ['{"choice":"car","subchoices":["taxi"]}', '{odd'] } },
      },
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: [{ choice: 'car', subchoices: ['taxi'] }, '{odd'] } },
      },
    ],
    [
      'attributes by name',
      'scale_ai_create_image_annotation_task',
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: ['car'] } },
        annotation_attributes: [
          { name: 'color', choices: ['red'], conditions: '{"label_condition":{"label":"car"}}' },
          { name: 'angle', type: 'angle' },
        ],
      },
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: ['car'] } },
        annotation_attributes: {
          color: { choices: ['red'], conditions: { label_condition: { label: 'car' } } },
          angle: { type: 'angle' },
        },
      },
    ],
    [
      'metadata, links and further parameters',
      'scale_ai_create_image_annotation_task',
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: ['car'] } },
        metadata: '{"camera":"front"}',
        additional_params: '{"x":1}',
      },
      {
        ...IMAGE,
        geometries: { box: { objects_to_annotate: ['car'] } },
        metadata: { camera: 'front' },
        additional_params: { x: 1 },
      },
    ],
    [
      'children of entities',
      'scale_ai_create_named_entity_task',
      { text: 'x', project: 'p', labels: [{ name: 'person', children: ['artist', '{"name":"actor"}'] }] },
      {
        text: 'x',
        project: 'p',
        labels: [{ name: 'person', children: [{ name: 'artist' }, { name: 'actor' }] }],
      },
    ],
    [
      'parameters of a project',
      'scale_ai_create_project',
      { name: 'p', type: 'imageannotation', params: '{"instruction":"Draw."}' },
      { name: 'p', type: 'imageannotation', params: { instruction: 'Draw.' } },
    ],
    [
      'an ontology',
      'scale_ai_set_project_ontology',
      { project_name: 'p', ontology: ['{"choice":"car","subchoices":["taxi"]}', 'sign'] },
      { project_name: 'p', ontology: [{ choice: 'car', subchoices: ['taxi'] }, 'sign'] },
    ],
  ])('%s are the same request', (_what, name, listed, own) => {
    expect(bodyOf(name, listed)).toEqual(bodyOf(name, own));
  });

  it('are not told as coerced where the listing asks for JSON text', () => {
    const { coerced } = parseArguments(toolNamed('scale_ai_create_project'), {
      name: 'p',
      type: 'imageannotation',
      params: '{"instruction":"Draw."}',
    });
    expect(coerced).toEqual([]);
  });
});
