import { configDefaults, defineConfig } from 'vitest/config';

const exclude = [...configDefaults.exclude, 'test/frameworks/.installed/**'];

/** Files with state of their own, such as hooks in what they share. */
const ISOLATED = ['test/conformance/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/frameworks/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 40_000,
    hookTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 3,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'e2e', include: ISOLATED, exclude } },
      // One process for many files: what they import is read once, which was a third of their time.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...ISOLATED],
          isolate: false,
        },
      },
    ],
  },
});
