import { defineConfig } from 'vitest/config';

/** Faults over every tool that changes something: `npm run faults`. */
export default defineConfig({
  // Most of the time is spent waiting: several files at once.
  test: { include: ['test/faults/*.spec.ts'], testTimeout: 600_000, hookTimeout: 60_000, maxWorkers: 3 },
});
