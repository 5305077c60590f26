import { durationMs } from '../config/setting.ts';
import { openLogger } from '../observability/logger.ts';
import { startSandbox } from '../sandbox/start-sandbox.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './printer.ts';
import { explainListenFailure } from './serve-http.ts';
import { untilStopped } from './until-stopped.ts';
import type { Settings } from '../config/settings.ts';

const DEFAULT_PORT = 8_787;

/** `scale-ai-mcp sandbox`: the Scale emulator until a signal arrives. Returns the exit code. */
export async function runSandboxCommand(settings: Settings): Promise<number> {
  const logger = await openLogger(settings.log_level);
  const port = settings.port ?? DEFAULT_PORT;
  const dataDir = settings.data === 'none' ? undefined : settings.data;
  try {
    const sandbox = await startSandbox({
      port,
      turnaroundMs: durationMs(settings.turnaround),
      seed: settings.seed,
      behaviour: { labelers: settings.labelers ?? null, rate_limit: settings.rate_limit ?? null },
      logger,
      ...(dataDir !== undefined && { dataDir }),
    });
    const stopped = untilStopped();
    print(`Scale sandbox      ${sandbox.baseUrl}`);
    print(`live-like key      ${sandbox.keys.live}`);
    print(`test key           ${sandbox.keys.test}`);
    print(`callback auth key  ${sandbox.callbackAuthKeys.live}`);
    print(`state              ${dataDir ?? 'in memory, gone when it stops'}`);
    print(`control            ${sandbox.origin}/_sandbox`);
    print();
    print(`Try: curl -u ${sandbox.keys.live}: ${sandbox.baseUrl}/projects`);
    await stopped;
    await sandbox.close();
    return EXIT.ok;
  } catch (error) {
    logger.fatal(explainListenFailure(error, port));
    return EXIT.cannotListen;
  }
}
