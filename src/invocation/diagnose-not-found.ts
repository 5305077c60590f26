import { nearestName } from '../catalog/nearest-name.ts';
import { isRecord } from '../responses/compact.ts';
import { isHarmless } from '../responses/untrusted.ts';
import type { PreparedCall } from '../catalog/tool.ts';
import type { NextStep } from '../catalog/next-step.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleClient } from '../scale/client.ts';

/** What probably went wrong, and the call that mends it. */
export interface Diagnosis {
  hints: string[];
  nextSteps: NextStep[];
}

const TASK_ID = /^[0-9a-f]{24}$/i;

/** Patience for the reads that look for a better name. */
const TIMEOUT_MS = 5_000;

const OTHER_MODE: Readonly<Record<Mode, string>> = {
  live: 'This is a live key; what was made with a test key is not visible to it.',
  test: 'This is a test key; live projects, batches and tasks are not visible to it.',
  sandbox: 'The sandbox holds only what was made in it.',
};

/**
 * Says what a user usually got wrong when something was not found: a misspelt name, a unique_id in place of a
 * task id, an archived project, a key of the other mode. Reads only; when a read fails its hint is left out.
 */
export async function diagnoseNotFound(
  call: PreparedCall,
  scale: ScaleClient,
  mode: Mode,
): Promise<Diagnosis> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const read = async (path: string, query: Record<string, string | number | string[]>): Promise<unknown> => {
    try {
      return await scale.send({ method: 'GET', path: [path], query }, { signal });
    } catch {
      return undefined;
    }
  };
  const diagnosis: Diagnosis = { hints: [], nextSteps: [] };
  const { project, batch, task } = call.subjects;
  if (task !== undefined && !TASK_ID.test(task)) await lookForUniqueId(task, read, diagnosis);
  if (batch !== undefined) suggest(batch, await read('batches', { limit: 100 }), 'batch', diagnosis);
  if (project !== undefined) suggest(project, await read('projects', {}), 'project', diagnosis);
  diagnosis.hints.push(OTHER_MODE[mode]);
  return diagnosis;
}

type Read = (path: string, query: Record<string, string | number | string[]>) => Promise<unknown>;

async function lookForUniqueId(given: string, read: Read, diagnosis: Diagnosis): Promise<void> {
  const [task] = itemsOf(await read('tasks', { unique_id: [given], limit: 1 }));
  if (!task || (typeof task['unique_id'] === 'string' && task['unique_id'] !== given)) {
    diagnosis.hints.push(`"${given.slice(0, 60)}" does not look like a task_id (24 hexadecimal digits).`);
    return;
  }
  diagnosis.hints.push('It is the unique_id of a task, not its task_id.');
  diagnosis.nextSteps.push({
    tool: 'scale_ai_get_task',
    arguments: { unique_id: given },
    why: 'the task with this unique_id',
  });
}

const LOOK: Readonly<Record<'project' | 'batch', { tool: string; argument: string }>> = {
  project: { tool: 'scale_ai_get_project', argument: 'project_name' },
  batch: { tool: 'scale_ai_get_batch', argument: 'batch_name' },
};

function suggest(given: string, answer: unknown, kind: 'project' | 'batch', diagnosis: Diagnosis): void {
  const items = itemsOf(answer);
  const names = items.map(({ name }) => name).filter((name): name is string => typeof name === 'string');
  const same = items.find(({ name }) => name === given);
  if (same) {
    if (same['archived'] === true) diagnosis.hints.push(`The ${kind} "${given.slice(0, 60)}" is archived.`);
    return;
  }
  const near = nearestName(given, names);
  if (near === undefined || !isHarmless(near)) return;
  diagnosis.hints.push(`There is a ${kind} "${near}".`);
  const { tool, argument } = LOOK[kind];
  diagnosis.nextSteps.push({
    tool,
    arguments: { [argument]: near },
    why: `the ${kind} with the nearest name`,
  });
}

function itemsOf(answer: unknown): Record<string, unknown>[] {
  const list = isRecord(answer) ? answer['docs'] : answer;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
