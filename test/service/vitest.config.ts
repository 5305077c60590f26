import { defineConfig } from 'vitest/config';

/** Whole services with real parts around them: `npm run service`. Needs PostgreSQL, nginx and Chromium. */
export default defineConfig({
  test: {
    include: ['test/service/*.spec.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: { poll: { timeout: 15_000 } },
  },
});
