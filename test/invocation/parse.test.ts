import { asListed } from '../../src/catalog/as-listed.ts';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/invocation/parse.ts';
import { ToolFailure } from '../../src/invocation/tool-failure.ts';
import { toolNamed } from '../support/invoke-tool.ts';

const create = toolNamed('scale_ai_create_image_annotation_task');
const listTasks = toolNamed('scale_ai_list_tasks');
const setParams = toolNamed('scale_ai_set_project_parameters');

const valid = {
  attachment: 'https://x.example/a.jpg',
  geometries: { box: { objects_to_annotate: ['car'] } },
};

function failureOf(tool: typeof create, args: unknown): ToolFailure {
  try {
    parseArguments(tool, args);
  } catch (error) {
    if (error instanceof ToolFailure) return error;
  }
  throw new Error('was accepted');
}

function bodyOf(tool: typeof create, args: unknown): unknown {
  return parseArguments(tool, args).call.request?.body;
}

describe('slips that have one reading are repaired and reported', () => {
  it.each([
    ['JSON in a string', { geometries: JSON.stringify(valid.geometries) }, 'geometries'],
    ['a number as text', { priority: '30' }, 'priority'],
    ['one item instead of a list', { tags: 'night' }, 'tags'],
    ['null for what is optional', { instruction: null }, 'instruction'],
    ['a boolean as text', { clear_unique_id_on_error: 'true' }, 'clear_unique_id_on_error'],
    ['a number where text belongs', { unique_id: 17 }, 'unique_id'],
    ['a slip deep inside', { geometries: { box: { objects_to_annotate: 'car' } } }, 'geometries.box'],
  ])('%s', (_name, change, path) => {
    const { call, coerced } = parseArguments(create, { ...valid, ...change });
    expect(call.request?.method).toBe('POST');
    expect(coerced).toEqual([expect.stringContaining(path)]);
  });

  it('keeps the meaning', () => {
    const sent = { ...valid, priority: '30', tags: 'night', instruction: null };
    expect(bodyOf(create, sent)).toEqual({ ...valid, priority: 30, tags: ['night'] });
  });

  it('mends a slip inside a mended value', () => {
    const geometries = JSON.stringify({ box: { objects_to_annotate: 'car', min_width: '8' } });
    expect(bodyOf(create, { ...valid, geometries })).toMatchObject({
      geometries: { box: { objects_to_annotate: ['car'], min_width: 8 } },
    });
  });

  it('corrects the case of a word', () => {
    expect(parseArguments(listTasks, { status: 'Completed' }).args).toMatchObject({ status: 'completed' });
  });
});

describe('what has no one reading is refused', () => {
  it.each([
    ['text that is no number', { priority: 'high' }],
    ['a hexadecimal number', { padding: '0x10' }],
    ['broken JSON', { geometries: '{"box": ' }],
    ['a list where one text belongs', { instruction: ['a', 'b'] }],
  ])('%s', (_name, change) =>
    expect(failureOf(create, { ...valid, ...change }).code).toBe('invalid_arguments'),
  );
});

describe('the refusal teaches', () => {
  it('names an unknown argument and the one that was meant', () => {
    const { message, details } = failureOf(create, { ...valid, callback: 'https://x.example' });
    expect(message).toContain('did you mean "callback_url"');
    const example = asListed(create.listed().input, create.example);
    expect(details).toMatchObject({ path: 'callback', outcome: 'not_sent', example });
  });

  it('names an unknown field inside an argument', () => {
    const { message } = failureOf(create, { ...valid, geometries: { box: { objects_to_anotate: ['car'] } } });
    expect(message).toContain('did you mean "objects_to_annotate"');
  });

  it('names the value that was meant, and ends its sentences', () => {
    const { message } = failureOf(toolNamed('scale_ai_export_results'), { batch: 'b', format: 'coc' });
    expect(message).toMatch(
      /format: "coc" is none of jsonl, coco, .*; did you mean "coco"\? Nothing was sent\./,
    );
  });

  it('names what is required, what was sent and what is allowed', () => {
    const { details } = failureOf(create, {
      attachment: '/tmp/a.jpg',
      priority: 15,
      geometries: valid.geometries,
    });
    expect(details.issues).toEqual([
      expect.objectContaining({
        path: 'attachment',
        sent: '/tmp/a.jpg',
        message: expect.stringContaining('upload'),
      }),
      expect.objectContaining({ path: 'priority', sent: '15', allowed: '10, 20, 30' }),
    ]);
  });

  it('gives every example in a form that is accepted', () => {
    const { details } = failureOf(setParams, {});
    expect(() => parseArguments(setParams, details.example)).not.toThrow();
  });

  it.each([[[]], ['text'], [7]])('refuses arguments that are not an object: %j', (args) => {
    expect(failureOf(create, args).message).toContain('object of named arguments');
  });
});
