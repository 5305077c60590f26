/**
 * Packs the MCP bundle (.mcpb) that Claude Desktop installs with a click, into dist-mcpb/: the built program, what it
 * needs at run time as package-lock.json has it, and the native packages of every platform below, since one file is
 * for all of them. Validated and packed by the format's own tool.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { mcpbManifest } from './mcpb-manifest.ts';

/** What Claude Desktop runs on, and Linux with glibc, where this is tried. `-- NAME` takes this one only. */
const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'win32-x64', 'linux-x64'].filter(
  (platform) => (process.argv[2] ?? platform) === platform,
);

const OUTPUT = 'dist-mcpb';
const STAGE = path.join(OUTPUT, 'bundle');
const BUNDLE = path.join(OUTPUT, `${packageJson.name}-${packageJson.version}.mcpb`);
const TOOL = 'scripts/packages/mcpb';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().default(false),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).default([]),
      libc: z.array(z.string()).default([]),
    }),
  ),
});

const run = promisify(execFile);

async function npm(args: readonly string[], cwd = '.'): Promise<string> {
  return (await run('npm', args, { cwd, maxBuffer: 16 * 1024 * 1024 })).stdout;
}

async function stageProgram(): Promise<void> {
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(STAGE, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'LICENSE', 'dist']) {
    await cp(file, path.join(STAGE, file), { recursive: true });
  }
  await npm(['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], STAGE);
}

/** Folders of the packages that hold native code, and whether the bundle takes them. */
async function nativePackages(): Promise<
  { folder: string; spec: string; integrity: string; isTaken: boolean }[]
> {
  const { packages } = Lock.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  return Object.entries(packages).flatMap(([folder, { version, integrity, dev, os, cpu, libc }]) => {
    if (dev || os === undefined || version === undefined || integrity === undefined) return [];
    const isFor = os.some((one) => cpu.some((other) => PLATFORMS.includes(`${one}-${other}`)));
    const isTaken = isFor && !(libc.length > 0 && !libc.includes('glibc')) && !folder.endsWith('-musl');
    return [{ folder, spec: `${folder.replace('node_modules/', '')}@${version}`, integrity, isTaken }];
  });
}

async function stageNative(): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'native-'));
  const native = await nativePackages();
  const taken = native.filter(({ isTaken }) => isTaken);
  for (const { folder } of native) await rm(path.join(STAGE, folder), { recursive: true, force: true });
  await npm(['pack', '--silent', '--pack-destination', scratch, ...taken.map(({ spec }) => spec)]);
  const archives = await Promise.all(
    (await readdir(scratch)).map(async (name) => {
      const content = await readFile(path.join(scratch, name));
      return { name, digest: `sha512-${createHash('sha512').update(content).digest('base64')}` };
    }),
  );
  for (const { folder, spec, integrity } of taken) {
    const archive = archives.find(({ digest }) => digest === integrity);
    if (!archive) throw new Error(`${spec} is not what package-lock.json names`);
    const target = path.join(STAGE, folder);
    await mkdir(target, { recursive: true });
    await run('tar', ['-xzf', path.join(scratch, archive.name), '--strip-components=1', '-C', target]);
    console.log(`native  ${spec}`);
  }
  await rm(scratch, { recursive: true });
}

async function pack(): Promise<void> {
  const manifest = mcpbManifest([...new Set(PLATFORMS.map((platform) => platform.split('-')[0] ?? ''))]);
  await writeFile(path.join(STAGE, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await npm(['ci', '--prefix', TOOL, '--no-audit', '--no-fund', '--silent']);
  const cli = path.join(TOOL, 'node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
  await run(process.execPath, [cli, 'validate', path.join(STAGE, 'manifest.json')]);
  await run(process.execPath, [cli, 'pack', STAGE, BUNDLE], { maxBuffer: 64 * 1024 * 1024 });
  console.log(`${BUNDLE}: ${((await stat(BUNDLE)).size / 1e6).toFixed(1)} MB for ${PLATFORMS.join(', ')}`);
}

await stageProgram();
await stageNative();
await pack();
