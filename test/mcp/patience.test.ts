import { describe, expect, it } from 'vitest';
import { Patience } from '../../src/mcp/patience.ts';
import { toolNamed } from '../support/invoke-tool.ts';

const waiting = toolNamed('scale_ai_wait_for_tasks');
const reading = toolNamed('scale_ai_get_task');

/** A client that cancels a waiting call after a time. */
function cancelledAfter(ms: number): { patience: Patience; later: (more: number) => void } {
  let now = 0;
  const patience = new Patience(() => now);
  const controller = new AbortController();
  patience.watch('a', waiting, controller.signal);
  now = ms;
  controller.abort();
  return {
    patience,
    later: (more) => {
      now += more;
    },
  };
}

describe('what a client has shown of its patience', () => {
  it('bounds how long later calls wait, given or not', () => {
    const { patience } = cancelledAfter(5_000);
    expect(patience.within('a', waiting, { batch: 'b' })).toEqual({ batch: 'b', wait_seconds: 3 });
    expect(patience.within('a', waiting, { batch: 'b', wait_seconds: 40 })).toMatchObject({
      wait_seconds: 3,
    });
    expect(patience.within('a', waiting, { batch: 'b', wait_seconds: 1 })).toMatchObject({ wait_seconds: 1 });
  });

  it('bounds nothing else: other clients, other tools, and after half an hour', () => {
    const { patience, later } = cancelledAfter(5_000);
    expect(patience.within('b', waiting, { batch: 'b' })).toEqual({ batch: 'b' });
    expect(patience.within('a', reading, { task_id: 'x' })).toEqual({ task_id: 'x' });
    later(31 * 60_000);
    expect(patience.within('a', waiting, { batch: 'b' })).toEqual({ batch: 'b' });
  });

  it('is not learned from a call that was answered, nor from a person who thought better of it', () => {
    const controller = new AbortController();
    const patience = new Patience(() => 0);
    patience.watch('a', waiting, controller.signal)();
    controller.abort();
    expect(patience.within('a', waiting, {})).toEqual({});
    expect(cancelledAfter(500).patience.within('a', waiting, {})).toEqual({});
  });
});
