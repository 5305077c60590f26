import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { call, overStdio } from './try-program.ts';
import type { Client } from '@modelcontextprotocol/client';
import type { Program } from './try-program.ts';

const TOOL = 'scripts/packages/mcpb/node_modules/@anthropic-ai/mcpb/dist';
const BUNDLE = `dist-mcpb/${packageJson.name}-${packageJson.version}.mcpb`;

const Config = z.object({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});

/** The format's own substitution of what a person has chosen, as hosts do it. */
const SUBSTITUTE = `
  import { readFileSync } from 'node:fs';
  const [module, extensionPath, chosen] = process.argv.slice(1);
  const { getMcpConfigForManifest } = await import(module);
  const manifest = JSON.parse(readFileSync(extensionPath + '/manifest.json', 'utf8'));
  const options = { manifest, extensionPath, systemDirs: {}, userConfig: JSON.parse(chosen), pathSeparator: '/' };
  process.stdout.write(JSON.stringify(await getMcpConfigForManifest(options)));`;

const run = promisify(execFile);

/**
 * Packs the MCP bundle for this machine, unpacks it elsewhere and starts it as its manifest says.
 *
 * @returns what was seen, for a line
 */
export async function tryBundle(scratch: string): Promise<string> {
  const pack = 'scripts/packages/pack-mcpb.ts';
  await run(process.execPath, ['--import', 'tsx', pack, `${process.platform}-${process.arch}`]);
  const unpacked = path.join(scratch, 'bundle');
  await run(process.execPath, [path.join(TOOL, 'cli/cli.js'), 'unpack', BUNDLE, unpacked]);

  const nothing = await started(unpacked, scratch, {});
  const listed = await overStdio(nothing, async (client) => (await client.listTools()).tools);

  const folders = [path.join(scratch, 'one'), path.join(scratch, 'another, with a comma')];
  for (const folder of folders) await mkdir(folder);
  const chosen = await started(unpacked, scratch, {
    sandbox: true,
    scale_api_key: 'live_of_nobody',
    folders,
  });
  const picture = await overStdio(chosen, async (client) => {
    for (const folder of folders) {
      await writeFile(path.join(folder, 'a.txt'), 'text');
      await call(client, 'upload_file', { file_path: path.join(folder, 'a.txt') });
    }
    return kindsOfChart(client);
  });
  if (!picture.includes('image')) throw new Error('the bundle draws no pictures');

  for (const name of ['sharp', '@img'])
    await rm(path.join(unpacked, 'node_modules', name), { recursive: true });
  const words = await overStdio(chosen, kindsOfChart);
  if (words.includes('image')) throw new Error('a picture without sharp');
  return `${listed.length} tools, folders, pictures; words without sharp`;
}

/** The program that a host starts once a person has chosen. */
async function started(
  unpacked: string,
  scratch: string,
  chosen: Readonly<Record<string, unknown>>,
): Promise<Program> {
  const module = pathToFileURL(path.resolve(TOOL, 'shared/config.js')).href;
  const evaluated = ['--input-type=module', '-e', SUBSTITUTE, module, unpacked, JSON.stringify(chosen)];
  const { stdout } = await run(process.execPath, evaluated);
  const { command, args, env } = Config.parse(JSON.parse(stdout));
  const unfilled = [...args, ...Object.values(env)].filter((text) => text.includes('${'));
  if (unfilled.length > 0) throw new Error(`not filled in: ${unfilled.join(', ')}`);
  return { command, args, env: { PATH: process.env['PATH'] ?? '', HOME: scratch, ...env }, cwd: '/' };
}

/** What an answer with a picture consists of. */
async function kindsOfChart(client: Client): Promise<string[]> {
  const { content } = await call(client, 'show_chart', { show: 'progress', project: 'street-scenes' });
  return content.map(({ type }) => type);
}
