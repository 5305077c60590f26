import { isRecord } from '../responses/compact.ts';
import { insufficientScope } from './request-callers.ts';
import type { Caller } from '../access/caller.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Invoker } from '../invocation/invoke.ts';
import type { Callers, Refusal } from './request-callers.ts';

/**
 * Answers a call that a broader token would be allowed with the challenge for it, so that a client can ask its
 * user once more. The call takes the usual path and is refused and recorded there; nothing is sent.
 */
export function challengeForScopes(
  { protection, scopesBeyond }: Callers,
  catalog: readonly Tool[],
  invoke: Invoker,
): (message: Readonly<Record<string, unknown>>, caller: Caller) => Promise<Refusal | undefined> {
  return async ({ method, params }, caller) => {
    if (method !== 'tools/call' || !isRecord(params) || !protection) return undefined;
    const tool = catalog.find(({ name, slug }) => name === params['name'] || slug === params['name']);
    const scopes = tool ? (scopesBeyond?.(caller, tool) ?? []) : [];
    if (!tool || scopes.length === 0) return undefined;
    const signal = new AbortController().signal;
    const result = await invoke({ tool, args: params['arguments'], caller, signal });
    const isRefused = !result.ok && result.error.code === 'not_permitted';
    return isRefused ? insufficientScope(tool, scopes, protection) : undefined;
  };
}
