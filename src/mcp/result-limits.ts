import type { ResultLimit } from '../responses/budget.ts';

/**
 * What a host hands its model of a result, by the beginning of the name that its client gives. What is longer it cuts
 * in the middle, and half a JSON document says less than a shorter whole one that says what is missing.
 */
const KNOWN: readonly (ResultLimit & { client: string })[] = [
  // 10,000 tokens, which it takes for four bytes each; measured with Codex 0.171.0: 40,000 bytes of a longer one.
  { client: 'codex-mcp-client', size: 38_000, unit: 'bytes' },
  // DEFAULT_TRUNCATE_TOOL_OUTPUT_THRESHOLD of @google/gemini-cli 0.61.0: 40,000.
  { client: 'gemini-cli-mcp-client', size: 38_000, unit: 'characters' },
  // Its tool search hands on 20,000 characters (openclaw 2026.9.6, code-mode-json), with a notice of 1,100 and with the
  // text escaped as JSON within JSON.
  { client: 'openclaw-bundle-mcp', size: 15_000, unit: 'characters' },
];

/**
 * @param client name and version, as far as the client says
 * @param given what the operator has set, which holds for every client
 */
export function resultLimitOf(
  client: string | undefined,
  given: number | undefined,
): ResultLimit | undefined {
  if (given !== undefined) return { size: given, unit: 'characters' };
  return KNOWN.find(({ client: name }) => client?.startsWith(name));
}
