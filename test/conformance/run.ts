/**
 * Runs the official conformance suite in both eras: against the fixture server, where every scored scenario must
 * pass, and against the product on its sandbox, where a ledger says which fixture a product cannot have.
 * Prints a table; writes docs/conformance.md with `--write`, compares it otherwise.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { conformancePage } from './page.ts';
import type { ChildProcess } from 'node:child_process';

export interface ScenarioResult {
  scenario: string;
  /** Whether the suite counts it at this revision; extensions and later additions it does not. */
  isScored: boolean;
  passed: number;
  failed: number;
}

export interface EraResult {
  era: string;
  server: 'fixtures' | 'product';
  scenarios: ScenarioResult[];
}

const ERAS = ['2025-11-25', '2026-07-28'] as const;
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = path.join(HERE, '../..');
const SUITE = path.join(HERE, 'suite/node_modules');
const PAGE = path.join(ROOT, 'docs/conformance.md');

const SERVERS = {
  fixtures: ['--import', 'tsx', path.join(HERE, 'server.ts')],
  product: [path.join(ROOT, 'dist/cli.js'), 'http', '--sandbox', '--port', '0'],
} as const;

/** Starts a server that writes its URL to stderr. */
async function start(
  args: readonly string[],
  stateDir: string,
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, SCALE_MCP_STATE_DIR: stateDir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(text) ?? [];
      if (found) resolve(found);
    });
  });
  return { url, child };
}

/** @returns whether the suite was content, and what it wrote */
function validate(args: readonly string[]): Promise<{ isContent: boolean; output: string }> {
  return new Promise((resolve) => {
    const suite = path.join(SUITE, '@modelcontextprotocol/conformance/dist/index.js');
    const child = spawn(path.join(SUITE, '.bin/node'), [suite, 'server', ...args], { cwd: tmpdir() });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => resolve({ isContent: code === 0, output }));
  });
}

/** Reads `checks.json` of each scenario; folders are named `server-<scenario>-<time>`. */
async function readResults(directory: string, scored: ReadonlySet<string>): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const folder of (await readdir(directory)).toSorted()) {
    const [, scenario] = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder) ?? [];
    if (scenario === undefined) continue;
    const checks = JSON.parse(await readFile(path.join(directory, folder, 'checks.json'), 'utf8')) as {
      status: string;
    }[];
    const count = (status: string): number => checks.filter((check) => check.status === status).length;
    const isScored = scored.has(scenario);
    results.push({ scenario, isScored, passed: count('SUCCESS'), failed: count('FAILURE') });
  }
  return results;
}

/** The scenarios that a revision requires of servers, as the suite ships them. */
async function scoredScenarios(era: string): Promise<ReadonlySet<string>> {
  const file = path.join(SUITE, `@modelcontextprotocol/conformance/requirements/${era}.yaml`);
  const { server } = z.object({ server: z.array(z.string()) }).parse(parse(await readFile(file, 'utf8')));
  return new Set(server);
}

const scratch = await mkdtemp(path.join(tmpdir(), 'conformance-'));
const results: EraResult[] = [];
let isContent = true;
for (const server of ['fixtures', 'product'] as const) {
  const { url, child } = await start(SERVERS[server], scratch);
  for (const era of ERAS) {
    const output = path.join(scratch, `${server}-${era}`);
    const ledger =
      server === 'product' ? ['--expected-failures', path.join(HERE, `ledgers/product-${era}.yml`)] : [];
    const verdict = await validate(['--url', url, '--requirements', era, ...ledger, '-o', output]);
    const scenarios = await readResults(output, await scoredScenarios(era));
    results.push({ era, server, scenarios });
    const scored = scenarios.filter(({ isScored }) => isScored);
    const passing = scored.filter(({ failed }) => failed === 0);
    console.log(
      `${server} ${era}: ${verdict.isContent ? 'accepted' : 'REFUSED'}; ${passing.length} of ${scored.length} scored scenarios pass`,
    );
    if (!verdict.isContent) console.log(verdict.output.slice(-4_000));
    const mustPass = server === 'fixtures' ? scored.length : 1;
    isContent &&= verdict.isContent && passing.length >= mustPass && scored.length > 0;
  }
  child.kill('SIGTERM');
}
await rm(scratch, { recursive: true });

const page = await conformancePage(results);
if (process.argv.includes('--write')) await writeFile(PAGE, page);
else if ((await readFile(PAGE, 'utf8').catch(() => '')) !== page) {
  console.log('docs/conformance.md is not what this run shows: npm run conformance -- --write');
  isContent = false;
}
process.exitCode = isContent ? 0 : 1;
