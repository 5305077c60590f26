import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlans } from './open-plans.ts';
import type { Plans } from './open-plans.ts';

let plans: Plans;
beforeAll(async () => {
  plans = await openPlans();
});
afterAll(() => plans.close());

const LINES = ['1234567890123456789', '1234567890123456790'].map(
  (id) => `{"url": "https://x.example/${id}.jpg", "id": ${id}, "camera": ${id}, "city": "b"}`,
);

describe('ids of many digits', () => {
  it.each([
    ['ids.jsonl', LINES.join('\n')],
    ['ids.json', `[${LINES.join(',')}]`],
  ])('keep every digit from %s on', async (name, content) => {
    const manifest_path = await plans.file(name, content);
    const plan = await plans.planOf({ manifest_path });
    expect(plan).toMatchObject({ to_create: 2, invalid: 0 });
    expect(plan.sample.unique_id).toBe('1234567890123456789');
    expect(JSON.stringify(plan.sample.metadata)).toContain('1234567890123456789');
  });

  it('keep every digit in rows that come as JSON text', async () => {
    const plan = await plans.planOf({ rows: `[${LINES.join(',')}]` });
    expect(plan).toMatchObject({ to_create: 2, sample: { unique_id: '1234567890123456789' } });
  });
});
