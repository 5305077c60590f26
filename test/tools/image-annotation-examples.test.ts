import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toolNamed } from '../support/invoke-tool.ts';

interface Examples {
  minimal: Record<string, unknown>;
  rich: Record<string, unknown>;
  invalid: { payload: Record<string, unknown>; why: string }[];
}

const tool = toolNamed('scale_ai_create_image_annotation_task');
const examples = JSON.parse(
  readFileSync(new URL('../fixtures/imageannotation.json', import.meta.url), 'utf8'),
) as Examples;

/** Only Scale knows whether the project already holds the geometries, so the server lets this one pass. */
const NEEDS_THE_PROJECT = 'geometries is required unless the project parameters';

describe('payloads that Scale accepts', () => {
  it.each(['minimal', 'rich'] as const)('%s reaches Scale unchanged', (name) => {
    const prepared = tool.prepare(examples[name]);
    expect('call' in prepared && prepared.call.request).toEqual({
      method: 'POST',
      path: ['task', 'imageannotation'],
      body: examples[name],
    });
  });
});

describe('payloads that Scale refuses', () => {
  it.each(examples.invalid.filter(({ why }) => !why.startsWith(NEEDS_THE_PROJECT)))('$why', ({ payload }) => {
    expect(tool.prepare(payload)).toHaveProperty('issues');
  });

  it('geometries may come from the project, but not from nowhere', () => {
    const { attachment } = examples.minimal;
    expect(tool.prepare({ attachment, project: 'p' })).toHaveProperty('call');
    expect(tool.prepare({ attachment })).toHaveProperty('issues');
  });
});
