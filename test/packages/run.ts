/**
 * Installs what is published as its users do, and runs it: the npm package on the versions of Node.js that it is for,
 * and the MCP bundle as its manifest says. Needs npm.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tryBundle } from './try-bundle.ts';
import { packed, tryInstall } from './try-install.ts';

/** The oldest that package.json allows, and the newest of each line after it: versions of the npm package `node`. */
const NODES = ['20.19.0', '22', '24'];

const scratch = await mkdtemp(path.join(tmpdir(), 'packages-'));

async function attempt(what: string, seen: () => Promise<string>): Promise<void> {
  const started = Date.now();
  try {
    console.log(`ok      ${what}: ${await seen()} (${Math.round((Date.now() - started) / 1_000)} s)`);
  } catch (error) {
    console.log(`REFUSED ${what}\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function attemptInstalls(): Promise<void> {
  const archive = await packed(scratch);
  for (const node of NODES)
    await attempt(`npm package, Node.js ${node}`, () => tryInstall(archive, node, scratch));
}

await Promise.all([attemptInstalls(), attempt('MCP bundle', () => tryBundle(scratch))]);
await rm(scratch, { recursive: true });
