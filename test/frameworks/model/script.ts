import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What the stub answers one after the other, whatever it is asked. */
const Step = z.union([
  /** Calls the tool whose name ends with this; arguments may hold placeholders, see `fillIn`. */
  z.strictObject({ tool: z.string().min(1), args: z.record(z.string(), z.unknown()).default({}) }),
  /** What a person does whom the model has shown the newest approval link: opens it and says yes. */
  z.strictObject({ person: z.literal('approves') }),
  z.strictObject({ say: z.string() }),
]);

export const Script = z.array(Step).min(1);
export type Script = z.output<typeof Script>;

/** A tool as a framework sent it to the model. */
export interface SentTool {
  /** Where a framework hides tools below one it sends instead, such as a namespace. */
  namespace?: string;
  name: string;
  description?: string;
  schema?: unknown;
  /** Where a model may only write what fits the schema. */
  isStrict?: boolean;
  /** In Gemini's own form of schemas, not in JSON Schema. */
  isOpenApi?: boolean;
  /** Known to the model by its name alone; what `search` gives it loads the rest. */
  isDeferred?: boolean;
  /** Called from code that the model writes for a tool of this name. */
  codeIn?: string;
  /** Called through a tool of this name, which takes `id` and `args`. */
  through?: string;
}

/** The result of a tool as a framework sent it back. */
export interface SentResult {
  text: string;
  images: number;
}

export type Answer =
  | {
      kind: 'call';
      tool: SentTool;
      args: Record<string, unknown>;
      /** Only to find a tool, or to wait for the one that was called: no step of the script. */ aside?:
        'search' | 'wait';
    }
  | { kind: 'say'; text: string };

/** The newest value of a member in any result, however the framework has wrapped and escaped the JSON of it. */
function newest(pattern: RegExp, results: readonly SentResult[]): string | undefined {
  for (const { text } of results.toReversed()) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookUp(name: string, results: readonly SentResult[]): string {
  const pattern = name.startsWith('~')
    ? new RegExp(name.slice(1), 'u')
    : new RegExp(`\\\\*["']${name}\\\\*["']\\s*:\\s*\\\\*["']([^"'\\\\]+)`, 'u');
  return newest(pattern, results) ?? `<no ${name} in any result>`;
}

/**
 * Puts what earlier results gave into arguments: `{{task_id}}` is the newest value of a member of that name,
 * `{{~regex}}` the first group of the newest match.
 */
export function fillIn(value: unknown, results: readonly SentResult[]): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{\{(.+?)\}\}/gu, (_, name: string) => lookUp(name, results));
  if (Array.isArray(value)) return value.map((item) => fillIn(item, results));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, results)]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A model that is held to a strict schema gives every member: null for what it has nothing to say about. */
export function withNulls(value: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return value;
  const { properties, items, anyOf } = schema;
  const fitting = Array.isArray(anyOf)
    ? anyOf.find((one) => isRecord(one) && one['type'] !== 'null' && one['type'] !== 'string')
    : undefined;
  if (fitting !== undefined) return withNulls(value, fitting);
  if (Array.isArray(value)) return value.map((item) => withNulls(item, items));
  if (!isRecord(value) || !isRecord(properties)) return value;
  const members = Object.entries(properties).map(([name, member]) => [
    name,
    name in value ? withNulls(value[name], member) : null,
  ]);
  return { ...value, ...Object.fromEntries(members) };
}

const LINK = /(https?:\/\/[\w.:[\]-]+\/approve\/[\w-]+)/u;

/** A person takes a moment to open a link, and tries again when nothing is there. */
const PATIENCE_MS = 10_000;

async function open(link: string): Promise<string | undefined> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(200)) {
    const page = await fetch(link).catch(() => undefined);
    if (page) return page.text();
  }
  return undefined;
}

/** @returns what the page said in the end, or that there was no link */
export async function approve(results: readonly SentResult[]): Promise<string> {
  const link = newest(LINK, results);
  if (link === undefined) return 'no link reached the model';
  const page = await open(link);
  if (page === undefined) return 'the link is dead';
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(page) ?? [];
  const { origin } = new URL(link);
  const answer = await fetch(link, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ token, answer: 'yes' }),
  });
  return `approved: ${answer.status}`;
}
