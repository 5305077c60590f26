import pc from 'picocolors';
import { modeOfKey } from '../access/mode.ts';
import { readScaleKey } from '../access/read-scale-key.ts';
import { ScaleError } from '../scale/errors.ts';
import { EXIT } from './exit-codes.ts';
import { openLocal } from '../compose/open-local.ts';
import { openService } from '../compose/open-service.ts';
import { selectionFor } from '../compose/selection-for.ts';
import { connect } from '../compose/open-upstream.ts';
import { print } from './printer.ts';
import { checkClock } from './check-clock.ts';
import { createLogger } from '../observability/logger.ts';
import type { Finding } from './finding.ts';
import type { ScaleKey } from '../scale/scale-key.ts';
import type { Settings } from '../config/settings.ts';

const MARK = {
  ok: () => pc.green('ok  '),
  warning: () => pc.yellow('warn'),
  problem: () => pc.red('FAIL'),
} as const;

/** `scale-ai-mcp doctor`: checks what a call needs and says what to do. Returns the exit code. */
export async function doctorCommand(settings: Settings, { json }: { json: boolean }): Promise<number> {
  const findings = await examine(settings);
  const problems = findings.filter(({ state }) => state === 'problem').length;
  if (json) {
    print(JSON.stringify({ ok: problems === 0, findings }));
    return problems === 0 ? EXIT.ok : EXIT.unhealthy;
  }
  for (const { what, state, detail, advice } of findings) {
    print(`${MARK[state]()}  ${what}: ${detail}`);
    if (advice !== undefined) print(`      → ${advice}`);
  }
  print();
  print(
    problems === 0
      ? 'Everything that calls need is in place.'
      : `${problems} problem${problems > 1 ? 's' : ''} to solve.`,
  );
  return problems === 0 ? EXIT.ok : EXIT.unhealthy;
}

/** Looks at runtime, configuration, key, mode, reachability and clock, in this order. */
export async function examine(settings: Settings): Promise<Finding[]> {
  const findings = [
    checkNode(process.versions.node),
    checkSelection(settings),
    await checkDirectories(settings),
  ];
  if (settings.sandbox) return [...findings, await checkSandbox(settings)];
  return [...findings, ...(await checkScale(settings))];
}

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { what: 'Node.js', state: 'ok', detail: version };
  return { what: 'Node.js', state: 'problem', detail: version, advice: 'Install Node.js 20.19 or later.' };
}

function checkSelection(settings: Settings): Finding {
  const { tools } = selectionFor(settings);
  const detail = `${tools.length} tools${settings.read_only ? ', reads only' : ''}`;
  if (tools.length > 0) return { what: 'Tools', state: 'ok', detail };
  return {
    what: 'Tools',
    state: 'problem',
    detail,
    advice: 'Widen --toolsets, --tools, --exclude-tools or --read-only.',
  };
}

async function checkDirectories(settings: Settings): Promise<Finding> {
  const { allowLocalFiles } = await import('../access/local-files.ts');
  try {
    const { allowed } = await allowLocalFiles(settings.allow_dir);
    if (allowed.length > 0)
      return { what: 'Uploads', state: 'ok', detail: `files below ${allowed.join(', ')}` };
    return {
      what: 'Uploads',
      state: 'warning',
      detail: 'no directory is open, since the working directory is a root or home directory',
      advice: 'Start with --allow-dir DIR to upload local files.',
    };
  } catch (error) {
    return { what: 'Uploads', state: 'problem', detail: messageOf(error), advice: 'Correct --allow-dir.' };
  }
}

async function checkSandbox(settings: Settings): Promise<Finding> {
  try {
    const logger = createLogger('silent');
    const isRemote = false;
    const local = await openLocal(settings, logger, { isRemote });
    const service = await openService(settings, local, logger, { isRemote });
    await service.close();
    return { what: 'Sandbox', state: 'ok', detail: 'starts; every answer will say mode "sandbox"' };
  } catch (error) {
    return { what: 'Sandbox', state: 'problem', detail: messageOf(error), advice: 'Check --data.' };
  }
}

async function checkScale(settings: Settings): Promise<Finding[]> {
  let key: ScaleKey | undefined;
  try {
    key = await readScaleKey(settings);
  } catch (error) {
    return [
      {
        what: 'API key',
        state: 'problem',
        detail: messageOf(error),
        advice: 'Correct it and run doctor again.',
      },
    ];
  }
  if (key === undefined) {
    return [
      {
        what: 'API key',
        state: 'problem',
        detail: 'none is configured',
        advice:
          'Set SCALE_API_KEY (in the "env" block of your host’s MCP configuration) or --api-key-file FILE; without an account, use --sandbox.',
      },
    ];
  }
  const mode = modeOfKey(key);
  const meaning =
    mode === 'live'
      ? 'live: tasks go to people and cost money'
      : 'test: nothing reaches people or costs money';
  const keyFinding: Finding = { what: 'API key', state: 'ok', detail: meaning };
  return [keyFinding, ...(await checkReachability(settings.api_base_url, key))];
}

/** A cheap read that every key may make. */
async function checkReachability(baseUrl: string, key: ScaleKey): Promise<Finding[]> {
  const what = `Scale at ${baseUrl}`;
  const scale = connect(baseUrl, key);
  try {
    await scale.send({ method: 'GET', path: ['batches'], query: { limit: 1 } });
    return [{ what, state: 'ok', detail: 'answers and accepts the key' }, await checkClock(baseUrl)];
  } catch (error) {
    if (!(error instanceof ScaleError)) throw error;
    const answered = error.status !== undefined;
    const failure: Finding = { what, state: 'problem', detail: error.message, advice: error.advice };
    return answered ? [failure, await checkClock(baseUrl)] : [failure];
  } finally {
    await scale.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
