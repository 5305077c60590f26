import { durationMs } from '../config/setting.ts';
import { stateFile } from '../config/derived-settings.ts';
import { hasOpenWork } from '../compose/has-open-work.ts';
import { openLogger } from '../observability/logger.ts';
import { serveOverStdio } from '../mcp/stdio.ts';
import { openSubscriptions } from '../mcp/subscriptions.ts';
import { startTelemetry } from '../observability/telemetry/start-telemetry.ts';
import { VERSION } from '../version.ts';
import { EXIT } from './exit-codes.ts';
import { openLocal } from '../compose/open-local.ts';
import { serverFactory } from '../compose/server-factory.ts';
import { untilStopped } from './until-stopped.ts';
import { resources } from '../../tools/resources.ts';
import type { Settings } from '../config/settings.ts';
import type { Asking } from '../mcp/asking.ts';
import type { Watch } from '../mcp/subscriptions.ts';
import type { Service } from '../compose/open-service.ts';

/**
 * `scale-ai-mcp`: MCP over stdio until the host closes stdin or a signal arrives. What calls need is opened with the
 * first of them: most of the servers that a host starts are only asked for their tools. Returns the exit code.
 */
export async function serveStdioCommand(settings: Settings): Promise<number> {
  const logger = await openLogger(settings.log_level);
  const telemetry = await startTelemetry(process.env, { scrape: false, version: VERSION });
  const local = await openLocal(settings, logger, { isRemote: false });
  let looking: Promise<boolean> = Promise.resolve(false);
  const service = openedOnce(async () => {
    await looking; // two connections of one process would wait for each other
    const { openService } = await import('../compose/open-service.ts');
    return openService(settings, local, logger, { isRemote: false });
  });
  const subscriptions = openSubscriptions(resources, watchOf(service.get));
  const factory = serverFactory(
    {
      caller: local.caller,
      invoke: async (invocation) => (await service.get()).invoke(invocation),
      asking: askingOf(service.get),
      subscriptions,
      logger,
    },
    settings,
  );
  const stdio = serveOverStdio(factory, logger, {
    subscriptions,
    caller: local.caller,
    stopTimeoutMs: durationMs(settings.stop_timeout),
  });
  const look = async (): Promise<void> => {
    if (service.isOpened()) return;
    if (settings.sandbox) return void (await service.get()); // its directory may be refused, and its address is logged
    looking = hasOpenWork(stateFile(settings)).catch(() => false); // the first call says what is wrong
    if (await looking) await service.get();
  };
  setTimeout(() => void look().catch(() => undefined), LOOK_FOR_WORK_AFTER_MS).unref();
  try {
    await untilStopped(stdio.closed, service.failed);
    return EXIT.ok;
  } finally {
    await (await service.opened())?.stop();
    await stdio.close();
    await (await service.opened())?.close();
    await telemetry.shutdown();
    process.stdin.destroy(); // the host may still hold it open
  }
}

/** Once the host has been told of the tools. */
const LOOK_FOR_WORK_AFTER_MS = 500;

interface OpenedOnce<T> {
  get: () => Promise<T>;
  /** Rejects when it cannot be opened. */
  failed: Promise<never>;
  /** Undefined when nobody has asked for it, or it cannot be opened. */
  opened: () => Promise<T | undefined>;
  isOpened: () => boolean;
}

function openedOnce<T>(open: () => Promise<T>): OpenedOnce<T> {
  let opened: Promise<T> | undefined;
  let fail: (reason: unknown) => void;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  return {
    get() {
      if (opened) return opened;
      opened = open();
      opened.catch((error: unknown) => fail(error));
      return opened;
    },
    failed,
    opened: async () => opened?.catch(() => undefined),
    isOpened: () => opened !== undefined,
  };
}

function watchOf(service: () => Promise<Service>): Watch {
  return (...args) => {
    let isLeft = false;
    const watching = service().then(({ watch }) => (isLeft ? undefined : watch(...args)));
    watching.catch(() => undefined); // the process ends, and says why
    return () => {
      isLeft = true;
      void watching.then((leave) => leave?.()).catch(() => undefined);
    };
  };
}

function askingOf(service: () => Promise<Service>): Asking {
  return {
    seal: async (...args) => (await service()).asking.seal(...args),
    verify: async (...args) => (await service()).asking.verify(...args),
    page: async (...args) => (await service()).asking.page(...args),
  };
}
