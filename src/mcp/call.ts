import { consentIn } from './asking.ts';
import { progressReporter } from './progress.ts';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Patience } from './patience.ts';
import type { InvocationResult, Invoker } from '../invocation/invoke.ts';
import type { ResultLimit } from '../responses/budget.ts';

/** One caller's way to the tools, from whatever MCP request. */
export interface Calls {
  caller: Caller;
  call(tool: Tool, args: unknown, context: ServerContext): Promise<InvocationResult>;
}

/** What is known of the MCP client behind a call. */
interface Clients {
  /** Its name and version, as far as it says. */
  client: (context: ServerContext) => string | undefined;
  patience: Patience;
  /** What it takes of a result. */
  resultLimit: (client: string | undefined) => ResultLimit | undefined;
}

export function callsOf(invoke: Invoker, caller: Caller, { client, patience, resultLimit }: Clients): Calls {
  return {
    caller,
    async call(tool, args, context) {
      const { signal } = context.mcpReq;
      const name = client(context);
      const who = JSON.stringify([caller.principal, name]);
      const answered = patience.watch(who, tool, signal);
      const consent = consentIn(context);
      const report = progressReporter(context);
      const limit = resultLimit(name);
      const invocation = invoke({
        tool,
        args: patience.within(who, tool, args),
        caller,
        signal,
        ...(name !== undefined && { client: name }),
        ...(limit && { resultLimit: limit }),
        ...(report && { report }),
        ...(consent && { consent }),
      });
      return invocation.finally(answered);
    },
  };
}
