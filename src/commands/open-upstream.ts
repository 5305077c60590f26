import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs } from '../config/settings.ts';
import { createScaleClient } from '../scale/client.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { VERSION } from '../version.ts';
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
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox({
    turnaroundMs: durationMs(settings.turnaround),
    seed: settings.seed,
    behaviour: { labelers: settings.labelers ?? null, rate_limit: settings.rate_limit ?? null },
    logger: logger.child({ part: 'sandbox' }, { level: 'warn' }),
    ...(settings.data !== undefined && { dataDir: settings.data }),
  });
  logger.info({ base_url: sandbox.baseUrl }, 'embedded sandbox is up');
  return {
    baseUrl: sandbox.baseUrl,
    apiKey: new ScaleKey(sandbox.keys.live),
    callbackToken: new ScaleKey(sandbox.callbackAuthKeys.live),
    close: () => sandbox.close(),
  };
}
