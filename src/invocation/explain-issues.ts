import * as z from 'zod';
import { nearestName } from '../catalog/nearest-name.ts';
import { isRecord } from '../responses/compact.ts';
import { pathText, valueAt } from './coerce.ts';
import type { ArgumentIssue } from './tool-failure.ts';

type Issue = z.core.$ZodIssue;

const MAX_SENT_LENGTH = 80;
const MAX_ISSUES = 12;

/** Items of a list with the same fault that are named one by one. */
const MAX_ALIKE = 3;

/** Names every wrong argument: where, what was sent, what is allowed, and the name that was probably meant. */
export function explainIssues(schema: z.ZodObject, args: unknown, issues: readonly Issue[]): ArgumentIssue[] {
  return condensed(issues.flatMap((issue) => explain(schema, args, issue))).slice(0, MAX_ISSUES);
}

/** Items of a list with the same fault: the first few stand for all of them. */
function condensed(issues: readonly ArgumentIssue[]): ArgumentIssue[] {
  const groups = new Map<string, ArgumentIssue[]>();
  for (const issue of issues) {
    const kind = `${issue.path.replaceAll(/\[\d+\]/g, '[]')} ${issue.message}`;
    groups.set(kind, [...(groups.get(kind) ?? []), issue]);
  }
  return [...groups.values()].flatMap((alike) => {
    const left = alike.length - MAX_ALIKE;
    return alike
      .slice(0, MAX_ALIKE)
      .map((issue, index) =>
        left > 0 && index === MAX_ALIKE - 1
          ? { ...issue, message: `${issue.message} (and ${left} more)` }
          : issue,
      );
  });
}

function explain(schema: z.ZodObject, args: unknown, issue: Issue): ArgumentIssue[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, issue.path, key));
  const path = pathText(issue.path);
  const value = valueAt(args, issue.path);
  const sent = value === undefined ? undefined : abbreviate(value);
  const allowed = allowedBy(issue);
  return [
    {
      path: path || '(arguments)',
      message: messageOf(issue, path, value),
      ...(sent !== undefined && { sent }),
      ...(allowed !== undefined && { allowed }),
    },
  ];
}

function messageOf(issue: Issue, path: string, value: unknown): string {
  if (value === undefined && issue.code === 'invalid_type') return `${path} is required`;
  // Schemas with more to say have words of their own.
  const isPlain = issue.code === 'invalid_value' && issue.message.startsWith('Invalid option');
  if (!isPlain || typeof value !== 'string') return issue.message;
  const known = issue.values.map(String);
  const near = nearestName(value, known);
  return `"${abbreviate(value)}" is none of ${known.join(', ')}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

/** Known names are listed for the top level; below, the message of the schema says what belongs there. */
function unknownKey(schema: z.ZodObject, path: readonly PropertyKey[], key: string): ArgumentIssue {
  const known = path.length === 0 ? Object.keys(schema.shape) : knownKeysAt(schema, path);
  const near = nearestName(key, known);
  return {
    path: pathText([...path, key]),
    message: `unknown field${near ? `; did you mean "${near}"?` : ''}`,
    ...(known.length > 0 && { allowed: known.join(', ') }),
  };
}

/** The names that an object inside the arguments may have, read off the schema as JSON Schema. */
function knownKeysAt(schema: z.ZodObject, path: readonly PropertyKey[]): string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const part of path) {
    if (!isRecord(node)) return [];
    node =
      typeof part === 'number'
        ? node['items']
        : (valueAt(node, ['properties', part]) ?? node['additionalProperties']);
  }
  const properties = valueAt(node, ['properties']);
  return isRecord(properties) ? Object.keys(properties) : [];
}

function allowedBy(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_type':
      return issue.expected;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'invalid_format':
      return issue.format === 'regex' ? undefined : issue.format; // no name of a form; the message says what fits
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'custom':
      return typeof issue.params?.['allowed'] === 'string' ? issue.params['allowed'] : undefined;
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return undefined;
  }
}

function abbreviate(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SENT_LENGTH ? `${text.slice(0, MAX_SENT_LENGTH)}…` : text;
}
