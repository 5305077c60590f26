import { fromJson, isTooDeep } from '../catalog/from-json.ts';
import { MAX_DEPTH } from '../json/depth.ts';
import type { Tool } from '../catalog/tool.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** What hosts add to the arguments of every call, and which of them do. */
const ADDED_BY_HOSTS: Readonly<Record<string, string>> = {
  _meta: 'clients that put the metadata of a request among its arguments',
  action: 'n8n',
  chatInput: 'n8n',
  random_string: 'Cursor, for tools that need no argument',
  requestId: 'n8n and agents made with it',
  sessionId: 'n8n',
  toolCallId: 'n8n, Vercel AI SDK',
  tool_call_id: 'LangChain',
  run_manager: 'LangChain',
  wait_for_previous: 'Gemini CLI, in the schema of every tool (dist/src/tools/tools.js of its core 0.61.0)',
};

/** Names that stand for the same thing. A tool has one of them; models take another from a neighbouring tool. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['project', 'project_name', 'project_id'],
  ['batch', 'batch_name', 'batch_id'],
  ['task_id', 'task'],
  ['job_id', 'job'],
  ['plan_id', 'plan'],
];

/** Says what it names only where a tool takes one kind of thing. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  name: ['project', 'project_name', 'batch', 'batch_name'],
  id: ['task_id', 'job_id', 'plan_id'],
};

/** Two names for one thing with different values. */
interface Contradiction {
  path: string;
  message: string;
}

export interface Normalized {
  args: Record<string, unknown>;
  /** What was taken for what, in words. */
  notes: string[];
  contradictions: Contradiction[];
}

/**
 * Puts arguments into the form that a tool declares, before anything looks at them: what hosts add is left out,
 * another name for the same thing is taken for it, and JSON text where the listing asks for it is read.
 */
export function normalizeArguments(tool: Tool, sent: Arguments): Normalized {
  const known = new Set(Object.keys(tool.schemas().input.shape));
  const args: Record<string, unknown> = {};
  const notes: string[] = [];
  const contradictions: Contradiction[] = [];
  for (const [name, value] of Object.entries(sent)) if (known.has(name)) args[name] = value;
  for (const [name, value] of Object.entries(sent)) {
    if (known.has(name) || name in ADDED_BY_HOSTS) continue;
    const meant = meantBy(name, known);
    if (meant === undefined) args[name] = value;
    else if (args[meant] === undefined || args[meant] === null) {
      args[meant] = value;
      notes.push(`${name}: was taken as ${meant}`);
    } else if (args[meant] !== value) {
      contradictions.push({
        path: name,
        message: `says something else than ${meant}, which names the same thing; give ${meant} alone`,
      });
    }
  }
  for (const name of tool.jsonTexts) {
    if (!(name in args)) continue;
    if (isTooDeep(args[name])) contradictions.push({ path: name, message: TOO_DEEP });
    else args[name] = fromJson(args[name]);
  }
  return { args, notes, contradictions };
}

const TOO_DEEP = `is nested more than ${MAX_DEPTH} levels deep`;

/** The argument of the tool that an unknown name stands for, where there is no doubt. */
function meantBy(name: string, known: ReadonlySet<string>): string | undefined {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (known.has(snake)) return snake;
  const same = SYNONYMS.find((names) => names.includes(snake)) ?? SHORT[snake] ?? [];
  const candidates = same.filter((other) => known.has(other));
  return candidates.length === 1 ? candidates[0] : undefined;
}
