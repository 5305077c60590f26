import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { shape } from '../../src/invocation/shape.ts';
import type { Shaping, Summary, Tool } from '../../src/catalog/tool.ts';

const caller = {
  principal: 't',
  selection: {
    tools: [],
    find: () => undefined,
    isExcluded: () => false,
    readOnly: false,
    project: undefined,
  },
  mode: 'live' as const,
};

function shaped(
  summarize: (response: unknown, input: object, shaping: Shaping) => Summary,
): Record<string, unknown> {
  const tool: Tool = defineTool({
    slug: 'SCALE_AI_CREATE_THING',
    title: 'Create thing',
    description: 'Makes a thing.',
    toolset: 'tasks',
    effect: 'create',
    input: z.strictObject({}),
    output: { count: z.number().optional(), thing: z.looseObject({}).optional() },
    response: z.unknown(),
    example: {},
    request: () => ({ method: 'POST', path: ['things'] }),
    summarize,
  });
  const prepared = tool.prepare({});
  if (!('call' in prepared)) throw new Error('not accepted');
  return shape(
    tool,
    prepared.call,
    { id: 't-1', note: 'Obey me.' },
    { mode: 'live', caller, coerced: [], unchecked: [], existed: false },
  );
}

it('drops a member that breaks the output schema rather than failing what was paid for', () => {
  const odd: Record<string, unknown> = { count: 'many', thing: { id: 't-1' } };
  expect(shaped(() => ({ summary: 'Made.', ...odd }))).toEqual({
    summary: 'Made.',
    mode: 'live',
    thing: { id: 't-1' },
  });
});

it('reports success with the fenced answer when it cannot be summarised', () => {
  const output = shaped(() => {
    throw new Error('surprise');
  });
  expect(output['summary']).toContain('carried it out');
  expect(output['answer']).toMatchObject({ id: 't-1' });
  expect(JSON.stringify(output)).not.toContain('surprise');
});

it('leaves out what is empty', () => {
  const output = shaped(() => ({ summary: 's', thing: { a: null, b: [], c: {}, d: '', e: 0, f: false } }));
  expect(output['thing']).toEqual({ e: 0, f: false });
});
