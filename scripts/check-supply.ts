/**
 * What is installed with the package: known vulnerabilities, licences, and a bill of materials (CycloneDX) beside the
 * build. A registry without an audit endpoint is reported as not checked.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
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

async function npm(...args: string[]): Promise<string> {
  const run = promisify(execFile)('npm', args, { maxBuffer: 64 * 1024 * 1024 });
  // npm ends with 1 when it has something to report; what it reports is on stdout.
  const { stdout } = await run.catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  return stdout;
}

async function checkAudit(): Promise<string[]> {
  const answer = Audit.safeParse(parse(await npm('audit', '--omit=dev', '--json')));
  if (!answer.success) {
    console.log('vulnerabilities: not checked (the registry answers no audit)');
    return [];
  }
  const found = Object.entries(answer.data.vulnerabilities);
  console.log(`vulnerabilities: ${found.length}`);
  return found.map(([name, { severity }]) => `${name}: ${severity}`);
}

async function checkLicenses(): Promise<string[]> {
  const text = await npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev');
  const { components } = Sbom.parse(parse(text));
  await mkdir('dist', { recursive: true });
  await writeFile(SBOM, text);
  console.log(`licences: ${components.length} packages; bill of materials in ${SBOM}`);
  return components.flatMap(({ name, version, licenses }) =>
    licenses.length > 0 && licenses.every(isAllowed)
      ? []
      : [`${name}@${version}: ${licenses.map(wordsOf).join(', ') || 'no licence'}`],
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

const faults = [...(await checkAudit()), ...(await checkLicenses())];
for (const fault of faults) console.log(`REFUSED ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
