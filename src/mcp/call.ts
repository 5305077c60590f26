import { consentIn } from './asking.ts';
import { progressReporter } from './progress.ts';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Patience } from './patience.ts';
import type { InvocationResult, Invoker } from '../invocation/invoke.ts';

/** One caller's way to the tools, from whatever MCP request. */
export interface Calls {
  caller: Caller;
  call(tool: Tool, args: unknown, context: ServerContext): Promise<InvocationResult>;
}

/**
 * @param client name and version of the MCP client, as far as it says
 */
export function callsOf(
  invoke: Invoker,
  caller: Caller,
  { client, patience }: { client: (context: ServerContext) => string | undefined; patience: Patience },
): Calls {
  return {
    caller,
    async call(tool, args, context) {
      const { signal } = context.mcpReq;
      const name = client(context);
      const who = JSON.stringify([caller.principal, name]);
      const answered = patience.watch(who, tool, signal);
      const consent = consentIn(context);
      const report = progressReporter(context);
      const invocation = invoke({
        tool,
        args: patience.within(who, tool, args),
        caller,
        signal,
        ...(name !== undefined && { client: name }),
        ...(report && { report }),
        ...(consent && { consent }),
      });
      return invocation.finally(answered);
    },
  };
}
