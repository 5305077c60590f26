import { openLocal } from '../../compose/open-local.ts';
import { openService } from '../../compose/open-service.ts';
import { isNamed } from '../../catalog/tool-names.ts';
import { nearestName } from '../../catalog/nearest-name.ts';
import { ConfigError } from '../../config/load.ts';
import { fallBack } from '../../mcp/asking.ts';
import { createLogger } from '../../observability/logger.ts';
import { VERSION } from '../../version.ts';
import { catalog } from '../../../tools/index.ts';
import { askPerson } from './ask-person.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { Settings } from '../../config/settings.ts';
import type { Consent } from '../../invocation/consent.ts';
import type { InvocationResult } from '../../invocation/invoke.ts';
import type { ToolErrorBody } from '../../invocation/tool-failure.ts';

const KEEP_ALIVE_MS = 60_000;

/** A call that did not succeed, as an agent would read it. */
export class CallFailedError extends Error {
  override name = 'CallFailedError';
  readonly body: ToolErrorBody;

  constructor(body: ToolErrorBody) {
    super(body.message);
    this.body = body;
  }
}

export interface LocalCalls {
  /**
   * @param name of a tool, with or without `scale_ai_`
   * @throws CallFailedError, or ConfigError for a tool that there is not
   */
  call(name: string, args: Record<string, unknown>, report?: ReportProgress): Promise<Answer>;
}

type Answer = InvocationResult & { ok: true };

/**
 * Calls of tools from a shell, on the one path that agents' calls take: the same checks, limits, questions and audit. A
 * question is put to whoever sits at the terminal.
 */
export async function withLocalCalls<T>(
  settings: Settings,
  work: (calls: LocalCalls) => Promise<T>,
): Promise<T> {
  const logger = createLogger(settings.log_level === 'info' ? 'error' : settings.log_level);
  const local = await openLocal(settings, logger, { isRemote: false });
  const service = await openService(settings, local, logger, { isRemote: false });
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error('interrupted'));
  process.once('SIGINT', onSignal);
  // A server has a connection that keeps it alive; here timers of waits and retries, which keep nothing alive, may be all.
  const alive = setInterval(() => undefined, KEEP_ALIVE_MS);
  const invoke = async (
    name: string,
    args: Record<string, unknown>,
    { report, consent }: { report?: ReportProgress | undefined; consent?: Consent },
  ): Promise<InvocationResult> =>
    service.invoke({
      tool: toolNamed(name),
      args,
      caller: local.caller,
      client: `scale-ai-mcp shell ${VERSION}`,
      signal: stop.signal,
      ...(report && { report }),
      ...(consent && { consent }),
    });
  try {
    return await work({
      async call(name, args, report) {
        const first = await invoke(name, args, { report });
        const asked = first.ok ? undefined : first.question;
        const answer = asked && (await askPerson(asked.plan));
        const result =
          asked && answer
            ? await invoke(name, args, { report, consent: { seal: asked.seal, answer } })
            : first;
        if (result.ok) return result;
        throw new CallFailedError(
          asked && !answer ? await fallBack(result.error, asked, service.asking) : result.error,
        );
      },
    });
  } finally {
    clearInterval(alive);
    process.removeListener('SIGINT', onSignal);
    await service.stop();
    await service.close();
  }
}

/** @throws ConfigError with the nearest name */
function toolNamed(name: string): (typeof catalog)[number] {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const tool = catalog.find((one) => isNamed(one, wanted) || isNamed(one, `scale_ai_${wanted}`));
  if (tool) return tool;
  const near = nearestName(
    wanted.replace(/^scale_ai_/, ''),
    catalog.map((one) => one.name.replace('scale_ai_', '')),
  );
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new ConfigError(`There is no tool "${name}".${hint} scale-ai-mcp tools lists them.`);
}
