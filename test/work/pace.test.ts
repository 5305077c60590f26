import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/work/jobs/pace.ts';

/** A Scale that allows so many requests per second, on a clock that moves only as far as somebody waits. */
function simulate(options: { ceiling: number; allowed: number; seconds: number; noise?: number }): {
  taken: number;
  /** In the second half, once the rate is found. */
  refused: number;
  perSecond: number;
} {
  const { ceiling, allowed, seconds, noise = 0 } = options;
  let clock = 0;
  const pace = new Pace(ceiling, { now: () => clock, sleep: async () => undefined });
  let tokens = allowed;
  let filledAt = 0;
  let taken = 0;
  let refused = 0;
  for (let sent = 0; clock < seconds * 1_000; sent += 1) {
    clock += 1_000 / pace.perSecond;
    tokens = Math.min(allowed, tokens + ((clock - filledAt) / 1_000) * allowed);
    filledAt = clock;
    const isNoise = noise > 0 && sent % Math.round(1 / noise) === 0;
    if (tokens < 1 || isNoise) {
      if (clock > seconds * 500) refused += 1;
      pace.refused();
    } else {
      tokens -= 1;
      taken += 1;
      pace.went();
    }
  }
  return { taken, refused, perSecond: pace.perSecond };
}

describe('the pace', () => {
  it.each([
    [400, 100],
    [1_000, 50],
    [100, 95],
  ])('from %i per second finds the %i that are allowed, and keeps to them', (ceiling, allowed) => {
    const { taken, refused } = simulate({ ceiling, allowed, seconds: 60 });
    expect(taken / 60).toBeGreaterThan(allowed * 0.95);
    expect(refused / (taken / 2 + refused)).toBeLessThan(0.1);
  });

  it('never exceeds its ceiling', () => {
    expect(simulate({ ceiling: 25, allowed: 1_000, seconds: 60 })).toMatchObject({
      refused: 0,
      perSecond: 25,
    });
  });

  it('does not slow down for the odd refusal that has nothing to do with speed', () => {
    const { perSecond } = simulate({ ceiling: 90, allowed: 100, seconds: 120, noise: 0.01 });
    expect(perSecond).toBeGreaterThan(85);
  });
});
