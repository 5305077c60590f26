import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs } from '../config/setting.ts';
import { copiesDirectory, sandboxDirectory, stateFile } from '../config/derived-settings.ts';
import { createScaleClient } from '../scale/client.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { VERSION } from '../version.ts';
import type { SharedSandbox } from '../sandbox/shared-sandbox.ts';
import type { RunningSandbox, SandboxOptions } from '../sandbox/start-sandbox.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleClient, ScaleClientOptions } from '../scale/client.ts';

/** Where calls go, with the operator's own key. */
export interface Upstream {
  baseUrl: string;
  apiKey: ScaleKey | undefined;
  /** What the sandbox sends along with its callbacks. */
  callbackToken?: ScaleKey;
  close(): Promise<void>;
}

/** Scale itself, or the embedded sandbox where asked. */
export async function openUpstream(
  settings: Settings,
  apiKey: ScaleKey | undefined,
  logger: Logger,
): Promise<Upstream> {
  if (settings.sandbox) return openSandbox(settings, logger);
  return { baseUrl: settings.api_base_url, apiKey, close: async () => undefined };
}

/** The process's clock and randomness. */
export const TIMING = {
  random: Math.random,
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal ? { signal } : {}),
};

export function connect(
  baseUrl: string,
  apiKey: ScaleKey,
  options: Pick<ScaleClientOptions, 'gate' | 'breaker' | 'dispatcher'> = {},
): ScaleClient {
  return createScaleClient({
    baseUrl,
    apiKey,
    userAgent: `scale-ai-mcp/${VERSION}`,
    timing: TIMING,
    ...options,
  });
}

async function openSandbox(settings: Settings, logger: Logger): Promise<Upstream> {
  const sandbox = await startOrShare(settings, logger);
  logger.info({ base_url: sandbox.baseUrl }, 'embedded sandbox is up');
  return {
    baseUrl: sandbox.baseUrl,
    apiKey: new ScaleKey(sandbox.keys.live),
    callbackToken: new ScaleKey(sandbox.callbackAuthKeys.live),
    close: () => sandbox.close(),
  };
}

type Sandbox = Pick<RunningSandbox, 'baseUrl' | 'keys' | 'callbackAuthKeys' | 'close'>;

/** Hosts start a process for each chat, and frameworks one for each call: they all see the same sandbox. */
async function startOrShare(settings: Settings, logger: Logger): Promise<Sandbox> {
  const options = {
    turnaroundMs: durationMs(settings.turnaround),
    seed: settings.seed,
    behaviour: { labelers: settings.labelers ?? null, rate_limit: settings.rate_limit ?? null },
    logger: logger.child({ part: 'sandbox' }, { level: 'warn' }),
  };
  const dataDir = sandboxDirectory(settings);
  if (dataDir === undefined) return startInMemory(options);
  const { openSharedSandbox } = await import('../sandbox/shared-sandbox.ts');
  try {
    const shared = await openSharedSandbox({ ...options, dataDir });
    if (settings.sandbox_reset) await reset(shared, settings, logger);
    return shared;
  } catch (error) {
    if (settings.data !== undefined || !(error instanceof Error)) throw error;
    logger.warn(`${error.message} This sandbox is in memory and is gone when the server stops.`);
    return startInMemory(options);
  }
}

async function startInMemory(options: SandboxOptions): Promise<Sandbox> {
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  return startSandbox(options);
}

/** Plans and jobs about tasks that are no more go with them. */
async function reset(sandbox: SharedSandbox, settings: Settings, logger: Logger): Promise<void> {
  if (await sandbox.reset(settings.seed)) {
    const database = stateFile(settings);
    for (const file of [database, `${database}-wal`, `${database}-shm`, copiesDirectory(settings)]) {
      await rm(file, { recursive: true, force: true });
    }
  } else logger.warn('--sandbox-reset: another process uses this sandbox, so nothing was forgotten');
}
