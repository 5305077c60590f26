import { describe, expect, it } from 'vitest';
import { mergePatch } from '../../src/catalog/merge-patch.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { InvocationResult } from '../../src/invocation/invoke.ts';

interface Written {
  result: InvocationResult;
  bodies: unknown[];
}

/** Calls a tool at a Scale whose reads are answered one after the other; the last one goes on for ever. */
async function callWith(
  tool: string,
  args: Record<string, unknown>,
  { reads, answer }: { reads: unknown[]; answer: (body: unknown) => unknown },
): Promise<Written> {
  const bodies: unknown[] = [];
  let index = 0;
  const stub = await startScaleStub((request, response) => {
    if (request.method === 'GET') {
      json(response, 200, reads[Math.min(index, reads.length - 1)]);
      index += 1;
      return;
    }
    const body: unknown = JSON.parse(request.body);
    bodies.push(body);
    json(response, 200, answer(body));
  });
  const bench = await openBench({ baseUrl: stub.baseUrl });
  try {
    return { result: await bench.call(tool, args), bodies };
  } finally {
    await bench.close();
    await stub.close();
  }
}

const task = (metadata: object): object => ({ task_id: 't', status: 'pending', metadata });

describe('a JSON merge patch', () => {
  it.each([
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 4 } }, { a: 1, b: { c: 4, d: 3 } }],
    [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['no object', { a: { b: null } }, { a: {} }],
  ])('of %j by %j is %j', (target, patch, merged) => {
    expect(mergePatch(target, patch)).toEqual(merged);
  });
});

describe('merged metadata', () => {
  const args = { task_id: 't', metadata: { reviewed: true, old: null }, merge: true };

  it('keeps what is not named', async () => {
    const before = task({ camera: 1, old: 'x' });
    const reads = [before, before, task({ camera: 1, reviewed: true })];
    const { result, bodies } = await callWith('scale_ai_set_task_metadata', args, {
      reads,
      answer: (body) => task(body as object),
    });
    expect(bodies).toEqual([{ camera: 1, reviewed: true }]);
    expect(outputOf(result)['summary']).toContain('2 metadata entries');
  });

  it('begins anew when somebody else writes in between', async () => {
    const [first, second] = [task({ camera: 1 }), task({ camera: 2 })];
    const reads = [first, second, second, task({ camera: 2, reviewed: true })];
    const { bodies } = await callWith('scale_ai_set_task_metadata', args, {
      reads,
      answer: (body) => task(body as object),
    });
    expect(bodies).toEqual([{ camera: 2, reviewed: true }]);
  });

  it('is not written while it never stands still', async () => {
    const reads = Array.from({ length: 9 }, (_, camera) => task({ camera }));
    const { result, bodies } = await callWith('scale_ai_set_task_metadata', args, {
      reads,
      answer: (body) => body,
    });
    expect(bodies).toEqual([]);
    expect(errorOf(result)).toMatchObject({ code: 'conflict', outcome: 'no_effect' });
  });

  it('says when Scale shows something else afterwards', async () => {
    const reads = [task({ camera: 1 })];
    const { result } = await callWith('scale_ai_set_task_metadata', args, {
      reads,
      answer: () => task({ other: 1 }),
    });
    expect(outputOf(result)['summary']).toContain('somebody else');
  });
});

describe('patched project parameters', () => {
  const GEOMETRIES = { box: { min_width: 5, objects_to_annotate: ['car'] }, polygon: {} };
  const project = (version: number, params: object): object => ({
    name: 'signs',
    param_history: [{ version, ...params }],
  });
  const args = {
    project_name: 'signs',
    params: { geometries: { box: { min_width: 10 } } },
    patch: true,
  };

  it('change one nested member alone, and leave the other parameters to Scale', async () => {
    const reads = [project(3, { instruction: 'Mark.', geometries: GEOMETRIES })];
    const { result, bodies } = await callWith('scale_ai_set_project_parameters', args, {
      reads,
      answer: () => project(4, {}),
    });
    const { box, polygon } = GEOMETRIES;
    expect(bodies).toEqual([{ geometries: { box: { ...box, min_width: 10 }, polygon }, patch: true }]);
    expect(outputOf(result)['summary']).toMatch(/version 4 is now in force/);
    expect(outputOf(result)['summary']).not.toContain('somebody else');
  });

  it('say when another version came in between', async () => {
    const reads = [project(3, { geometries: GEOMETRIES })];
    const { result } = await callWith('scale_ai_set_project_parameters', args, {
      reads,
      answer: () => project(5, {}),
    });
    expect(outputOf(result)['summary']).toContain('somebody else changed it');
  });

  it('are not written where nothing would differ', async () => {
    const reads = [project(3, { geometries: GEOMETRIES })];
    const { result, bodies } = await callWith(
      'scale_ai_set_project_parameters',
      { ...args, params: { geometries: { box: { min_width: 5 } } } },
      { reads, answer: () => project(4, {}) },
    );
    expect(bodies).toEqual([]);
    expect(outputOf(result)['summary']).toContain('in version 3; nothing was changed');
  });

  it('are written whole where a parameter is removed', async () => {
    const reads = [project(3, { instruction: 'Mark.', padding: 4 })];
    const { bodies } = await callWith(
      'scale_ai_set_project_parameters',
      { ...args, params: { padding: null } },
      { reads, answer: () => project(4, {}) },
    );
    expect(bodies).toEqual([{ instruction: 'Mark.', patch: false }]);
  });
});

describe('a batch moved to the head', () => {
  const queue = (...names: string[]): object[] => names.map((name) => ({ name }));
  const move = (reads: unknown[]): Promise<Written> =>
    callWith(
      'scale_ai_move_batch_first',
      { batch_name: 'c' },
      { reads, answer: (body) => (body as { batches: object[] }).batches },
    );

  it('keeps the order of the others', async () => {
    const { result, bodies } = await move([queue('a', 'b', 'c')]);
    expect(bodies).toEqual([{ batches: queue('c', 'a', 'b') }]);
    expect(outputOf(result)).toMatchObject({
      summary: expect.stringContaining('place 3 of 3'),
      order_before: ['a', 'b', 'c'],
    });
  });

  it('takes a batch along that came in between', async () => {
    const { bodies } = await move([queue('a', 'c'), queue('a', 'c', 'd'), queue('a', 'c', 'd')]);
    expect(bodies).toEqual([{ batches: queue('c', 'a', 'd') }]);
  });

  it('refuses one that is not in the queue', async () => {
    const { result, bodies } = await move([queue('a', 'b')]);
    expect(errorOf(result)).toMatchObject({ code: 'not_found' });
    expect(bodies).toEqual([]);
  });
});
