import * as z from 'zod';
import { knownBy, listOf, mustBeFiltered } from '../catalog/answer-forms.ts';
import { UnreadAnswer } from '../catalog/unread-answer.ts';
import { ScaleError } from '../scale/errors.ts';
import type { Found, LookUp, SubjectKind } from '../catalog/tool.ts';
import type { ScaleClient } from '../scale/client.ts';

/** How long an object that was read is taken as current, and how many are kept. */
const FRESH_MS = 60_000;
const CAPACITY = 500;

const PATH: Readonly<Record<SubjectKind, string>> = { project: 'projects', batch: 'batches', task: 'task' };

/** What shows that an answer is the object that was asked for. */
const FORM: Readonly<Record<SubjectKind, z.ZodType<Record<string, unknown>>>> = {
  project: knownBy(z.record(z.string(), z.unknown()), 'name', 'type'),
  batch: knownBy(z.record(z.string(), z.unknown()), 'name', 'status'),
  task: knownBy(z.record(z.string(), z.unknown()), 'task_id', 'status'),
};

const Tasks = z.object({ docs: listOf(z.record(z.string(), z.unknown()), 'task_id', 'status') });

interface Kept {
  found: Found;
  at: number;
}

/** Look-ups through one Scale key, remembered for a minute. */
export class LookUps {
  readonly #now: () => number;
  readonly #kept = new WeakMap<ScaleClient, Map<string, Kept>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Forgets everything seen through a key; called after something was changed through it. */
  forget(scale: ScaleClient): void {
    this.#kept.delete(scale);
  }

  through(scale: ScaleClient, signal: AbortSignal): LookUp {
    const kept = this.#kept.get(scale) ?? new Map<string, Kept>();
    this.#kept.set(scale, kept);
    return async (kind, name, { fresh = false } = {}) => {
      const key = `${kind}:${name}`;
      const earlier = kept.get(key);
      if (earlier && !fresh && this.#now() - earlier.at < FRESH_MS) return earlier.found;
      const found = await read(scale, kind, name, signal);
      if (kept.size >= CAPACITY) kept.clear();
      if (found.state === 'found') kept.set(key, { found, at: this.#now() });
      else kept.delete(key);
      return found;
    };
  }
}

async function firstWithUniqueId(scale: ScaleClient, uniqueId: string, signal: AbortSignal): Promise<Found> {
  const page = await scale.send(
    { method: 'GET', path: ['tasks'], query: { unique_id: [uniqueId], limit: 1 } },
    { signal },
  );
  const read = Tasks.safeParse(page).data;
  if (!read) return { state: 'unavailable' };
  const [object] = read.docs;
  mustBeFiltered(object, { unique_id: uniqueId });
  return object ? { state: 'found', object } : { state: 'missing' };
}

/** An answer of another form tells neither that the object is there nor that it is not. */
async function read(
  scale: ScaleClient,
  kind: SubjectKind | 'unique_id',
  name: string,
  signal: AbortSignal,
): Promise<Found> {
  try {
    if (kind === 'unique_id') return await firstWithUniqueId(scale, name, signal);
    const answer = await scale.send({ method: 'GET', path: [PATH[kind], name] }, { signal });
    const object = FORM[kind].safeParse(answer).data;
    return object ? { state: 'found', object } : { state: 'unavailable' };
  } catch (error) {
    if (error instanceof UnreadAnswer) return { state: 'unavailable' };
    if (!(error instanceof ScaleError)) throw error;
    return { state: error.code === 'not_found' ? 'missing' : 'unavailable' };
  }
}
