import type { ServerContext } from '@modelcontextprotocol/server';
import type { ReportProgress } from '../catalog/tool.ts';

/** Milliseconds between two notifications of one request. */
const INTERVAL_MS = 250;

/**
 * Sends progress to a client that asked for it: strictly rising, and not more often than a user can read.
 * Undefined when the request carries no token (2026-07-28, basic/patterns/progress).
 */
export function progressReporter(
  { mcpReq }: ServerContext,
  now: () => number = () => performance.now(),
): ReportProgress | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = { progress: -1, at: -INTERVAL_MS };
  return ({ progress, total, message }) => {
    const at = now();
    const isLast = total !== undefined && progress >= total;
    if (progress <= last.progress || (!isLast && at - last.at < INTERVAL_MS)) return;
    last = { progress, at };
    const params = {
      progressToken,
      progress,
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message }),
    };
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined); // nobody listens any more
  };
}
