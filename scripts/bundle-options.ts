import packageJson from '../package.json' with { type: 'json' };
import { writtenCatalog } from './written-catalog.ts';
import type { BuildOptions } from 'esbuild';

/** What every bundle has in common. */
export const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  define: { __VERSION__: JSON.stringify(packageJson.version) },
  logLevel: 'warning',
};

/** For a bundle that serves. Only dependencies that are installed with the package stay outside. */
export const SERVER: BuildOptions = {
  ...COMMON,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none', // the build writes whole licences
  // Kept code does not know how to import; what stays outside is CommonJS.
  supported: { 'dynamic-import': false },
  external: Object.keys(packageJson.dependencies).filter((name) => name !== '@opentelemetry/api'),
  plugins: [writtenCatalog],
};
