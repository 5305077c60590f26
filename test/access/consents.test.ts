import { afterEach, expect, it, vi } from 'vitest';
import { CONSENT_SECONDS, isOpen, openConsents } from '../../src/access/consent/consents.ts';
import { localLimits } from '../../src/access/limits/shared-store.ts';

const HOUR_MS = 3_600_000;

afterEach(() => vi.useRealTimers());

it('a consent is open for ten minutes, and not again because the clock was set back', () => {
  const asked = Date.now();
  const seal = { expiresAt: asked + CONSENT_SECONDS * 1_000 };
  expect(isOpen(seal, asked)).toBe(true);
  expect(isOpen(seal, asked + CONSENT_SECONDS * 1_000)).toBe(false);
  expect(isOpen(seal, asked - 60_000)).toBe(true); // clocks of replicas differ a little
  expect(isOpen(seal, asked - HOUR_MS)).toBe(false);
});

it('a consent that was used is known to be for longer than it is open', async () => {
  vi.useFakeTimers();
  const consents = openConsents(localLimits(), Date.now);
  expect(await consents.redeem('once')).toBe(true);
  await vi.advanceTimersByTimeAsync(CONSENT_SECONDS * 1_000 + HOUR_MS);
  expect(await consents.redeem('once')).toBe(false);
});
