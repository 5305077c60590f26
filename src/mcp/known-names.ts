import * as z from 'zod';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { NamedKind } from '../catalog/resource.ts';
import type { Calls } from './call.ts';

/** How long names are kept, so that completing a word does not ask Scale at each letter. */
const FRESH_MS = 60_000;

/** Lists of names that are kept for one caller, and the length of a project's name that one is kept under. */
const CAPACITY = 50;
const MAX_NAME = 500;

/** Pages of 100 that are read at most. */
const MAX_PAGES = 5;

const LISTED_BY: Readonly<Record<NamedKind, { tool: string; rows: 'projects' | 'batches' }>> = {
  project: { tool: 'scale_ai_list_projects', rows: 'projects' },
  batch: { tool: 'scale_ai_list_batches', rows: 'batches' },
};

/** The answer of a list tool that was asked for names only: each row is one name. */
const Page = z.object({
  projects: z.array(z.array(z.unknown())).default([]),
  batches: z.array(z.array(z.unknown())).default([]),
  next_offset: z.number().optional(),
});

/** Names of projects and batches, as far as each caller may list them. */
export class KnownNames {
  readonly #now: () => number;
  readonly #kept = new WeakMap<Caller, Map<string, { names: readonly string[]; at: number }>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param project only the batches of this project
   * @returns newest first; empty when the caller may not list them, or Scale could not be asked
   */
  async of(
    kind: NamedKind,
    calls: Calls,
    context: ServerContext,
    project?: string,
  ): Promise<readonly string[]> {
    const { selection } = calls.caller;
    if (kind === 'project' && selection.project !== undefined) return [selection.project];
    const kept = this.#kept.get(calls.caller) ?? new Map<string, { names: readonly string[]; at: number }>();
    this.#kept.set(calls.caller, kept);
    const key = `${kind}:${project ?? ''}`;
    const earlier = kept.get(key);
    if (earlier && this.#now() - earlier.at < FRESH_MS) return earlier.names;
    const names = await readNames(kind, calls, context, project);
    const [oldest] = kept.keys();
    if (kept.size >= CAPACITY && oldest !== undefined) kept.delete(oldest);
    if (key.length <= MAX_NAME) kept.set(key, { names, at: this.#now() });
    return names;
  }
}

async function readNames(
  kind: NamedKind,
  calls: Calls,
  context: ServerContext,
  project: string | undefined,
): Promise<string[]> {
  const { tool: name, rows } = LISTED_BY[kind];
  const tool = calls.caller.selection.find(name);
  if (!tool) return [];
  const names: string[] = [];
  let offset: number | undefined = 0;
  for (let page = 0; page < MAX_PAGES && offset !== undefined; page += 1) {
    const args = { fields: ['name'], limit: 100, offset, ...(project !== undefined && { project }) };
    const result = await calls.call(tool, args, context);
    if (!result.ok) return names;
    const parsed = Page.parse(result.output);
    // A name that had to be fenced cannot be used as an argument.
    names.push(...parsed[rows].map(([cell]) => cell).filter((cell) => typeof cell === 'string'));
    offset = parsed.next_offset;
  }
  return names;
}
