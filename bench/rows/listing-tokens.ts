import { prices } from '../../scripts/token-prices.ts';
import { figure } from '../figure.ts';
import type { Figure } from '../figure.ts';

/** Row 8: tokens of what hosts put before the model in each turn. */
export async function measureListing(): Promise<Figure[]> {
  return prices().map(({ selection, tools, tokens, untrimmed }) =>
    figure({
      row: 8,
      what: `listing of ${selection} (${tools.length})`,
      value: tokens,
      unit: 'tokens',
      baseline: { what: 'JSON Schema as zod writes it', value: untrimmed },
    }),
  );
}
