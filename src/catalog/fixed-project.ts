import { isRecord } from '../responses/compact.ts';
import type { z } from 'zod';
import type { Tool } from './tool.ts';

/**
 * The same tool for a server that serves one project only: the project is filled in, and no longer among the
 * arguments. A call that names it all the same is accepted; one that names another is refused.
 */
export function fixProject(tool: Tool, project: string): Tool {
  const { projectPath: path } = tool;
  const [first] = path ?? [];
  if (path === undefined || first === undefined) return tool;
  return {
    ...tool,
    filledIn: path.length === 1 ? [first] : [],
    example: fill(tool.example, path, project),
    prepare(args) {
      const given = read(args, path);
      if (given !== undefined && given !== null && given !== project) {
        return { issues: [otherProject(path, project)] };
      }
      return tool.prepare(isRecord(args) ? fill(args, path, project) : args);
    },
  };
}

function otherProject(path: readonly string[], project: string): z.core.$ZodIssue {
  return {
    code: 'custom',
    path: [...path],
    message: `this server serves one project only; leave ${path.join('.')} out`,
    params: { allowed: project },
    input: undefined,
  };
}

function read(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, name) => (isRecord(node) ? node[name] : undefined), value);
}

/** A copy with the value at a path; what is no object on the way stays for the schema to refuse. */
function fill(
  args: Record<string, unknown>,
  path: readonly string[],
  value: string,
): Record<string, unknown> {
  const [first, ...rest] = path;
  if (first === undefined) return args;
  if (rest.length === 0) return { ...args, [first]: value };
  const inner = args[first];
  return isRecord(inner) ? { ...args, [first]: fill(inner, rest, value) } : args;
}
