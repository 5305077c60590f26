import { consentIn } from './asking.ts';
import { progressReporter } from './progress.ts';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Tool } from '../catalog/tool.ts';
import type { InvocationResult, Invoker } from '../invocation/invoke.ts';

/** One caller's way to the tools, from whatever MCP request. */
export interface Calls {
  caller: Caller;
  call(tool: Tool, args: unknown, context: ServerContext): Promise<InvocationResult>;
}

/**
 * @param client name and version of the MCP client, as far as it says
 */
export function callsOf(invoke: Invoker, caller: Caller, client: () => string | undefined): Calls {
  return {
    caller,
    call(tool, args, context) {
      const { signal } = context.mcpReq;
      const name = client();
      const consent = consentIn(context);
      const report = progressReporter(context);
      return invoke({
        tool,
        args,
        caller,
        signal,
        ...(name !== undefined && { client: name }),
        ...(report && { report }),
        ...(consent && { consent }),
      });
    },
  };
}
