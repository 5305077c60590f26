import { prices } from '../../scripts/token-prices.ts';
import { figure } from '../figure.ts';
import type { Figure } from '../figure.ts';

/** Row 8: tokens of what hosts put before the model in each turn. */
export async function measureListing(): Promise<Figure[]> {
  const all = prices();
  const seed = all.find(({ selection }) => selection === 'seed')?.tokens ?? Number.NaN;
  const whole = figure({
    row: 8,
    what: 'listing of the 41 operations',
    value: seed,
    unit: 'tokens',
    goal: { atMost: 10_000 },
  });
  const each = all.map(({ selection, tools, tokens, untrimmed }) =>
    figure({
      row: 8,
      what: `listing of ${selection} (${tools.length})`,
      value: tokens,
      unit: 'tokens',
      baseline: { what: 'JSON Schema as zod writes it', value: untrimmed },
    }),
  );
  return [whole, ...each];
}
