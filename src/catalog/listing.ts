import { BUDGET } from '../responses/budget.ts';
import { isRecord } from '../responses/compact.ts';
import { inProfile } from './schema-profiles.ts';
import type { SchemaProfile } from './schema-profiles.ts';
import type { Tool } from './tool.ts';

type JsonSchema = Record<string, unknown>;

/** One entry of `tools/list`. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonSchema & { type: 'object' };
  outputSchema: JsonSchema & { type: 'object' };
  annotations: {
    title: string;
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
  _meta?: { ui?: { resourceUri: string }; [LONGEST_RESULT]?: number };
}

/**
 * How long a result of a tool may be before Claude Code puts it into a file and shows the model the first 2 KB
 * (code.claude.com/docs/en/mcp, "Raise the limit for a specific tool"; without it 25,000 tokens).
 */
const LONGEST_RESULT = 'anthropic/maxResultSizeChars';

/** What `tools/list` says of a tool. Built once per process; see the listing budget in docs/reference/tool-budget.md. */
export function listTool(tool: Tool, profile: SchemaProfile = 'default'): ListedTool {
  const { input, output } = tool.listed();
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...inProfile(without(input, tool.filledIn), profile, tool.name), type: 'object' },
    outputSchema: { ...output, type: 'object' },
    annotations: {
      title: tool.title,
      readOnlyHint: tool.effect === 'read',
      destructiveHint:
        tool.effect === 'delete' ||
        tool.consequences.includes('irreversible') ||
        tool.consequences.includes('replaces'),
      idempotentHint: tool.idempotent,
      openWorldHint: true,
    },
    ...metaOf(tool, input),
  };
}

function metaOf({ page }: Tool, input: Readonly<JsonSchema>): Pick<ListedTool, '_meta'> {
  const hasDetail = isRecord(input['properties']) && 'detail' in input['properties'];
  if (page === undefined && !hasDetail) return {};
  return {
    _meta: {
      ...(page !== undefined && { ui: { resourceUri: page } }),
      ...(hasDetail && { [LONGEST_RESULT]: BUDGET.full }),
    },
  };
}

/** Leaves out arguments that the server fills in. */
function without(schema: Readonly<JsonSchema>, names: readonly string[]): JsonSchema {
  if (names.length === 0) return { ...schema };
  const { properties, required, ...rest } = schema;
  const kept = Object.entries(isRecord(properties) ? properties : {}).filter(
    ([name]) => !names.includes(name),
  );
  const needed = Array.isArray(required) ? required.filter((name) => !names.includes(String(name))) : [];
  return { ...rest, properties: Object.fromEntries(kept), ...(needed.length > 0 && { required: needed }) };
}
