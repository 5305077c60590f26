import { defineConfig } from 'vitest/config';

/** Whole services with real parts around them: `npm run service`. Needs redis-server and nginx. */
export default defineConfig({
  test: {
    include: ['test/service/*.spec.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
