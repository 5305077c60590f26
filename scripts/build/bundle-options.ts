import packageJson from '../../package.json' with { type: 'json' };
import { writtenCatalog } from './written-catalog.ts';
import type { BuildOptions, Plugin } from 'esbuild';

/** What every bundle has in common. */
export const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  define: { __VERSION__: JSON.stringify(packageJson.version) },
  // Its main file requires modules in a way that cannot be bundled.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
};

/** Loaded where telemetry is configured: half a megabyte that no other start should read. */
export const TELEMETRY = 'src/observability/telemetry/register-exporters.ts';

/** Runs in a process of its own. */
export const RENDERING = 'src/pictures/render-process.ts';

/** Leaves telemetry to a bundle of its own beside this one. */
const telemetryApart: Plugin = {
  name: 'telemetry-apart',
  setup(build) {
    build.onResolve({ filter: /\/register-exporters\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './register-exporters.js', external: true } : undefined,
    );
  },
};

/** Leaves what draws to the process that draws; the program only asks it. */
const renderingApart: Plugin = {
  name: 'rendering-apart',
  setup(build) {
    build.onResolve({ filter: /\/render\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './render-process.cjs', external: true } : undefined,
    );
  },
};

/** The page speaks English only: translations of messages that nobody sees are a third of zod. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/].*\.js$/ }, ({ path }) =>
      /[\\/](en|index)\.js$/.test(path) ? undefined : { contents: 'export default () => ({});' },
    );
  },
};

/** For the page that shows labels, in the browsers that hosts have. */
export const PAGE = {
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  define: { __VERSION__: JSON.stringify(packageJson.version) },
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  metafile: true,
  plugins: [withoutLocales],
} as const satisfies BuildOptions;

/** For a bundle that serves. Only dependencies that are installed with the package stay outside. */
export const SERVER: BuildOptions = {
  ...COMMON,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none', // the build writes whole licences
  // Kept code does not know how to import; what stays outside is CommonJS.
  supported: { 'dynamic-import': false },
  external: Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies }),
  plugins: [writtenCatalog, telemetryApart, renderingApart],
};
