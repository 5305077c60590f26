/**
 * Bundles the command line. What every start needs goes into the bundle; what only some need stays outside and is
 * loaded when it is needed. Why: docs/decisions/0013-one-bundle.md. What is built already, from the same sources, stays:
 * every script that needs the build begins with it.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildConsole, buildPage } from './build-page.ts';
import { COMMON, RENDERING, SERVER, TELEMETRY } from './bundle-options.ts';
import { bundledPackages } from './bundled-packages.ts';
import { inputsDigest } from './inputs-digest.ts';

const DIST = new URL('../../dist/', import.meta.url);
/** Written last: says what the rest was built from. */
const BUILT_FROM = new URL('.built-from', DIST);

const digest = await inputsDigest();
if ((await readFile(BUILT_FROM, 'utf8').catch(() => '')) === digest) process.exit();

await rm(DIST, { recursive: true, force: true });
const main = await build({
  ...SERVER,
  entryPoints: { main: 'src/cli.ts' },
  outdir: 'dist',
  metafile: true,
});
const telemetry = await build({
  ...SERVER,
  minify: true, // nearly all of it is of others
  entryPoints: [TELEMETRY],
  outdir: 'dist',
  metafile: true,
});
const rendering = await build({
  ...SERVER,
  minify: true,
  entryPoints: [RENDERING],
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  footer: { js: '\nmodule.exports = {};' }, // tells whoever looks that it is CommonJS
  metafile: true,
});
const page = await buildPage(new URL('labels.html', DIST));
await buildConsole(DIST);
await build({
  ...COMMON,
  entryPoints: { cli: 'src/commands/launcher.ts' },
  outdir: 'dist',
  banner: { js: '#!/usr/bin/env node' },
});
await writeFile(new URL('package.json', DIST), '{ "type": "commonjs" }\n');

const bundled = await bundledPackages(main.metafile, telemetry.metafile, rendering.metafile, page);
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
await writeFile(BUILT_FROM, digest);
