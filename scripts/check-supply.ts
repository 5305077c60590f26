/**
 * What is installed with the package or bundled in it: known vulnerabilities, licences, and a bill of materials (CycloneDX) beside the
 * build. A registry without an audit endpoint is reported as not checked.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MIT-0',
]);
/** Shared libraries that are installed beside the package, and never taken into its bundle: anybody can replace them. */
const ALLOWED_BESIDE: ReadonlyMap<RegExp, string> = new Map([
  [/^@img\/sharp-(libvips-)?[a-z0-9-]+$/, 'LGPL-3.0-or-later'], // decision 0017
]);

const SBOM = 'dist/sbom.json';

const Audit = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});

const License = z.union([
  z.object({ license: z.object({ id: z.string().optional(), name: z.string().optional() }) }),
  z.object({ expression: z.string() }),
]);

const Sbom = z.looseObject({
  components: z.array(
    z.looseObject({ name: z.string(), version: z.string(), licenses: z.array(License).default([]) }),
  ),
});

type Component = z.output<typeof Sbom>['components'][number];

const Bundled = z.array(z.object({ name: z.string(), version: z.string() }));

async function npm(...args: string[]): Promise<string> {
  const run = promisify(execFile)('npm', args, { maxBuffer: 64 * 1024 * 1024 });
  // npm ends with 1 when it has something to report; what it reports is on stdout.
  const { stdout } = await run.catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  return stdout;
}

async function checkAudit(shipped: readonly Component[]): Promise<string[]> {
  const answer = Audit.safeParse(parse(await npm('audit', '--json')));
  if (!answer.success) {
    console.log('vulnerabilities: not checked (the registry answers no audit)');
    return [];
  }
  const names = new Set(shipped.map(({ name }) => name));
  const found = Object.entries(answer.data.vulnerabilities).filter(([name]) => names.has(name));
  console.log(`vulnerabilities: ${found.length}`);
  return found.map(([name, { severity }]) => `${name}: ${severity}`);
}

/** Those that are installed with the package, and those whose code the build has taken into the bundle. */
async function shippedComponents(): Promise<Component[]> {
  const installed = await sbom('--omit', 'dev');
  const bundled = Bundled.parse(parse(await readFile('dist/bundled.json', 'utf8')));
  const ids = new Set([...installed.components, ...bundled].map(idOf));
  const everything = await sbom();
  const components = everything.components.filter((component) => ids.has(idOf(component)));
  await writeFile(SBOM, JSON.stringify({ ...everything, components }, undefined, 2));
  console.log(`bill of materials: ${components.length} packages in ${SBOM}`);
  return components;
}

function checkLicenses(shipped: readonly Component[]): string[] {
  return shipped.flatMap(({ name, version, licenses }) =>
    licenses.length > 0 && licenses.every((license) => isAllowed(license) || isBeside(name, license))
      ? []
      : [`${name}@${version}: ${licenses.map(wordsOf).join(', ') || 'no licence'}`],
  );
}

async function sbom(...args: string[]): Promise<z.output<typeof Sbom>> {
  return Sbom.parse(parse(await npm('sbom', '--sbom-format', 'cyclonedx', ...args)));
}

function idOf({ name, version }: { name: string; version: string }): string {
  return `${name}@${version}`;
}

function isBeside(name: string, license: z.output<typeof License>): boolean {
  return [...ALLOWED_BESIDE].some(
    ([pattern, id]) =>
      pattern.test(name) &&
      (isAllowed(license) ||
        wordsOf(license)
          .split(/ AND /)
          .every((one) => one.replaceAll(/[()]/g, '') === id || ALLOWED.has(one.replaceAll(/[()]/g, '')))),
  );
}

/** `A OR B` leaves the choice to us; `A AND B` asks for both. */
function isAllowed(license: z.output<typeof License>): boolean {
  const words = wordsOf(license).replaceAll(/[()]/g, '');
  return words.split(' AND ').every((part) => part.split(' OR ').some((one) => ALLOWED.has(one.trim())));
}

function wordsOf(license: z.output<typeof License>): string {
  return 'expression' in license ? license.expression : (license.license.id ?? license.license.name ?? '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const components = await shippedComponents();
const faults = [...(await checkAudit(components)), ...checkLicenses(components)];
for (const fault of faults) console.log(`REFUSED ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
