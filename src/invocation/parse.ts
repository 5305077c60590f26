import { asListed } from '../catalog/as-listed.ts';
import { isRecord } from '../responses/compact.ts';
import { coerceArguments, withoutRoutine, withoutEmptyTexts, withoutNulls } from './coerce.ts';
import { explainIssues } from './explain-issues.ts';
import { normalizeArguments } from './normalize-arguments.ts';
import { ToolFailure } from './tool-failure.ts';
import type { z } from 'zod';
import type { ArgumentIssue } from './tool-failure.ts';
import type { PreparedCall, Tool } from '../catalog/tool.ts';

/** A slip inside a repaired value may show only once the outer one is mended. */
const MAX_ROUNDS = 5;

/**
 * Accepts the arguments of a call: lenient where models slip, strict on meaning.
 *
 * @returns the call, its arguments as they were understood, and what was coerced, in words
 * @throws ToolFailure `invalid_arguments` naming every wrong path, what is allowed, and arguments that work
 */
export function parseArguments(
  tool: Tool,
  args: unknown,
): { call: PreparedCall; args: Record<string, unknown>; coerced: string[] } {
  if (args !== undefined && !isRecord(args)) {
    throw new ToolFailure('invalid_arguments', `${tool.name} takes an object of named arguments.`, {
      outcome: 'not_sent',
      example: exampleOf(tool),
    });
  }
  const normalized = normalizeArguments(tool, args ?? {});
  if (normalized.contradictions.length > 0) throw invalidArguments(tool, normalized.contradictions);
  let current = normalized.args;
  const coerced = [...normalized.notes];
  for (let round = 0; ; round += 1) {
    const prepared = tool.prepare(current);
    if ('call' in prepared) return { call: prepared.call, args: current, coerced: withoutRoutine(coerced) };
    const coercion = coerceArguments(current, prepared.issues, tool.strictLists);
    const repaired = coercion.notes.length > 0 ? coercion : withoutBlanks(tool, current, prepared.issues);
    if (repaired.notes.length === 0 || round === MAX_ROUNDS) {
      throw invalidArguments(tool, explainIssues(tool.schemas().input, current, prepared.issues));
    }
    current = repaired.args;
    coerced.push(...repaired.notes);
  }
}

/** Without what some clients send for an argument that is not given. */
function withoutBlanks(
  tool: Tool,
  args: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
): ReturnType<typeof withoutNulls> {
  const withNone = withoutNulls(args, issues);
  if (withNone.notes.length > 0 || tool.effect !== 'read') return withNone;
  const { required } = tool.listed().input;
  return withoutEmptyTexts(args, issues, new Set(Array.isArray(required) ? required.map(String) : []));
}

/** In the form that is listed, which clients may check before they send it. */
function exampleOf(tool: Tool): Readonly<Record<string, unknown>> {
  const listed = asListed(tool.listed().input, tool.example);
  return isRecord(listed) ? listed : tool.example;
}

/** @param issues every argument that does not fit */
export function invalidArguments(tool: Tool, issues: readonly ArgumentIssue[]): ToolFailure {
  const [first] = issues;
  const listed = issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ');
  return new ToolFailure(
    'invalid_arguments',
    `${tool.name}: ${listed.endsWith('?') ? listed : `${listed}.`} Nothing was sent. Correct the arguments and call again.`,
    {
      outcome: 'not_sent',
      ...(first && { path: first.path }),
      ...(first?.allowed !== undefined && { allowed: first.allowed }),
      issues,
      example: exampleOf(tool),
    },
  );
}
