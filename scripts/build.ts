/**
 * Bundles the command line. What every start needs goes into the bundle; what only some need stays outside and is
 * loaded when it is needed. Why: docs/decisions/0013-one-bundle.md.
 */
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };
import { bundledPackages } from './bundled-packages.ts';
import { writtenCatalog } from './written-catalog.ts';
import type { BuildOptions } from 'esbuild';

const DIST = new URL('../dist/', import.meta.url);

const options: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  define: { __VERSION__: JSON.stringify(packageJson.version) },
  logLevel: 'warning',
};

await rm(DIST, { recursive: true, force: true });
const { metafile } = await build({
  ...options,
  entryPoints: { main: 'src/cli.ts' },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none', // whole licences are written below
  metafile: true,
  // Kept code does not know how to import; what stays outside is CommonJS.
  supported: { 'dynamic-import': false },
  external: Object.keys(packageJson.dependencies).filter((name) => name !== '@opentelemetry/api'),
  plugins: [writtenCatalog],
});
await build({
  ...options,
  entryPoints: { cli: 'src/launcher.ts' },
  banner: { js: '#!/usr/bin/env node' },
});
await writeFile(new URL('package.json', DIST), '{ "type": "commonjs" }\n');

const bundled = await bundledPackages(metafile);
await writeFile(
  new URL('THIRD-PARTY-LICENSES.txt', DIST),
  bundled
    .map(({ name, version, license }) => `${name} ${version}\n\n${license}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`),
);
await writeFile(
  new URL('bundled.json', DIST),
  JSON.stringify(bundled.map(({ name, version }) => ({ name, version }))),
);
