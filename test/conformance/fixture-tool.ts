import type { CallToolResult, InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';

/** A tool that a conformance scenario calls by name. */
export interface FixtureTool {
  description: string;
  properties?: Record<string, { type: 'string' }>;
  call(
    args: Readonly<Record<string, unknown>>,
    context: ServerContext,
  ): Promise<CallToolResult | InputRequiredResult>;
}
