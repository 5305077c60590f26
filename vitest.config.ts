import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/frameworks/.installed/**'],
    testTimeout: 40_000,
    hookTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 3,
    reporters: ['default'],
  },
});
