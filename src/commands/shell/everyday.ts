import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import path from 'node:path';
import { ConfigError } from '../../config/load.ts';
import { parseJsonKeepingDigits } from '../../json/lossless-json.ts';
import { isRecord } from '../../responses/compact.ts';
import { decodeText } from '../../work/manifest/decode-text.ts';
import { NotReadable } from '../../work/manifest/not-readable.ts';
import { EXIT } from '../exit-codes.ts';
import { CallFailedError, withLocalCalls } from './local-calls.ts';
import { withProgress } from './progress.ts';
import { showAnswer, showFailure } from './show-answer.ts';
import type { Settings } from '../../config/settings.ts';

type Arguments = Record<string, unknown>;

/** States of a job in which nothing more comes of it. */
const ENDED = new Set(['done', 'failed', 'cancelled']);

/** Seconds that one of several calls waits. */
const WAIT_SECONDS = 45;

/** `scale-ai-mcp call`: one call of any tool. Returns the exit code. */
export async function callCommand(
  settings: Settings,
  tool: string,
  given: { pairs: readonly string[]; json?: string | undefined },
): Promise<number> {
  const args = { ...(given.json !== undefined && (await readJson(given.json))), ...readPairs(given.pairs) };
  return answered(settings, async (call) => call(tool, args));
}

/** `scale-ai-mcp plan`: a plan of many tasks from a manifest. Returns the exit code. */
export async function planCommand(settings: Settings, args: Arguments): Promise<number> {
  const { template, ...rest } = args;
  const read = typeof template === 'string' ? await readJson(template) : undefined;
  const { manifest_path: file } = rest;
  // Who names a file here may read it, and what lies beside it.
  const opened = typeof file === 'string' ? [path.dirname(path.resolve(file))] : [];
  return answered({ ...settings, allow_dir: [...settings.allow_dir, ...opened] }, async (call) =>
    call('plan_tasks', { ...rest, ...(read && { template: read }) }),
  );
}

/** Calls a tool of long work again and again until it has ended: `submit`, `wait` and `export`. Returns the exit code. */
export async function untilEndedCommand(settings: Settings, tool: string, args: Arguments): Promise<number> {
  return answered(settings, async (call) => {
    for (;;) {
      const output = await call(tool, { ...args, wait_seconds: WAIT_SECONDS });
      if (hasEnded(output)) return output;
    }
  });
}

/** `scale-ai-mcp jobs`: long work, the newest first. Returns the exit code. */
export async function jobsCommand(settings: Settings, args: Arguments): Promise<number> {
  return answered(settings, async (call) => call('list_jobs', args));
}

function hasEnded({ done, job }: Arguments): boolean {
  if (typeof done === 'boolean') return done;
  return !isRecord(job) || ENDED.has(String(job['state']));
}

type Call = (tool: string, args: Arguments) => Promise<Arguments>;

async function answered(settings: Settings, work: (call: Call) => Promise<Arguments>): Promise<number> {
  try {
    const output = await withLocalCalls(settings, async (calls) =>
      withProgress('', (report) => work(async (tool, args) => (await calls.call(tool, args, report)).output)),
    );
    showAnswer(output);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CallFailedError)) throw error;
    showFailure(error);
    return error.body.code === 'invalid_arguments' ? EXIT.usage : EXIT.failure;
  }
}

/**
 * @param given JSON, `@FILE`, or `-` for what is piped in
 * @throws ConfigError
 */
async function readJson(given: string): Promise<Arguments> {
  const text =
    given === '-' ? await readInput() : given.startsWith('@') ? await readNamed(given.slice(1)) : given;
  let value: unknown;
  try {
    value = parseJsonKeepingDigits(text);
  } catch (error) {
    const from =
      given === '-' ? 'What is piped in' : given.startsWith('@') ? given.slice(1) : 'The JSON given';
    throw new ConfigError(`${from} is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (isRecord(value)) return value;
  throw new ConfigError('The arguments must be a JSON object, such as {"batch_name": "b1"}.');
}

async function readNamed(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => {
    throw new ConfigError(`The file ${file} cannot be read.`);
  });
  return textOf(bytes, file);
}

/** As one piece: the bytes of a letter may come in two. */
async function readInput(): Promise<string> {
  return textOf(await buffer(process.stdin), 'What is piped in');
}

/** PowerShell writes files and pipes in UTF-16, or with a mark. */
async function textOf(bytes: Uint8Array, what: string): Promise<string> {
  let text = '';
  try {
    for await (const piece of decodeText(Readable.from([bytes]))) text += piece;
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    throw new ConfigError(`${what} cannot be read: ${error.message}.`);
  }
  return text;
}

/** `name=value`, as text: tools take numbers, booleans and lists in text. */
function readPairs(pairs: readonly string[]): Arguments {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new ConfigError(`"${pair}" is no argument: write name=value, or --json for all of them.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
