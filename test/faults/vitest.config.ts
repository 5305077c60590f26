import { defineConfig } from 'vitest/config';

/** Faults over every tool that changes something: `npm run faults`. */
export default defineConfig({
  test: { include: ['test/faults/*.spec.ts'], testTimeout: 600_000, hookTimeout: 60_000 },
});
