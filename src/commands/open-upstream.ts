import { setTimeout as sleep } from 'node:timers/promises';
import { modeOfKey } from '../access/mode.ts';
import { readScaleKey } from '../access/scale-key.ts';
import { durationMs } from '../config/settings.ts';
import { createScaleClient } from '../scale/client.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { VERSION } from '../version.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleClient, ScaleClientOptions } from '../scale/client.ts';

/** Where calls go, with the operator's own key. */
export interface Upstream {
  baseUrl: string;
  apiKey: ScaleKey | undefined;
  mode: Mode | undefined;
  close(): Promise<void>;
}

/** Scale itself, or the embedded sandbox where asked. */
export function openUpstream(settings: Settings, logger: Logger): Promise<Upstream> {
  return settings.sandbox ? openSandbox(settings, logger) : openScale(settings, logger);
}

/** The process's clock and randomness. */
export const TIMING = {
  random: Math.random,
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal ? { signal } : {}),
};

export function connect(
  baseUrl: string,
  apiKey: ScaleKey,
  options: Pick<ScaleClientOptions, 'gate' | 'breaker'> = {},
): ScaleClient {
  return createScaleClient({
    baseUrl,
    apiKey,
    userAgent: `scale-ai-mcp/${VERSION}`,
    timing: TIMING,
    ...options,
  });
}

async function openScale(settings: Settings, logger: Logger): Promise<Upstream> {
  const apiKey = await readScaleKey(settings);
  if (apiKey === undefined) {
    logger.warn(
      'no Scale API key: tools are listed, calls will say how to set one (SCALE_API_KEY, or --sandbox)',
    );
  }
  const mode = apiKey === undefined ? undefined : modeOfKey(apiKey);
  return { baseUrl: settings.api_base_url, apiKey, mode, close: async () => undefined };
}

async function openSandbox(settings: Settings, logger: Logger): Promise<Upstream> {
  if (settings.api_key !== undefined || settings.api_key_file !== undefined) {
    logger.warn('--sandbox is on: the configured Scale API key is ignored');
  }
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox({
    turnaroundMs: durationMs(settings.turnaround),
    seed: settings.seed,
    logger: logger.child({ part: 'sandbox' }, { level: 'warn' }),
    ...(settings.data !== undefined && { dataDir: settings.data }),
  });
  logger.info({ base_url: sandbox.baseUrl }, 'embedded sandbox is up');
  return {
    baseUrl: sandbox.baseUrl,
    apiKey: new ScaleKey(sandbox.keys.live),
    mode: 'sandbox',
    close: () => sandbox.close(),
  };
}
