import { isRecord } from '../../src/responses/compact.ts';
import { resultInShort } from '../results/inline-results.ts';
import { countAnnotations, countsInWords } from './annotation-counts.ts';
import { wordsAsked } from './words-asked.ts';
import { tableOf } from '../table.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { TaskObject } from './task-object.ts';

const INSTRUCTION_PREVIEW = 300;
const SHOWN_ITEMS = 12;

/** One line of a list: what a reader needs to pick a task out. */
export function taskRow(task: TaskObject, shaping: Shaping): Record<string, unknown> {
  const counts = countAnnotations(task.response, shaping);
  return {
    ...overview(task, shaping),
    annotations: counts?.annotations,
    labels: counts && countsInWords(counts.by_label),
    error: errorOf(task, shaping),
  };
}

/** The short view: state, what was asked, and the result in short. */
export function conciseTask(task: TaskObject, shaping: Shaping): Record<string, unknown> {
  return {
    ...overview(task, shaping),
    asked: asked(task, shaping),
    instruction: task.instruction && shaping.untrusted(task.instruction, INSTRUCTION_PREVIEW),
    metadata: metadataOf(task, shaping),
    error: errorOf(task, shaping),
    result: resultOf(task, shaping),
    unread: task.unread && shaping.fenceJson(task.unread),
  };
}

/** The stored task with everything in it, third-party text fenced. */
export function fullTask(task: TaskObject, shaping: Shaping): Record<string, unknown> {
  const fenced = shaping.fenceJson(task, wordsAsked(task.params));
  return isRecord(fenced) ? fenced : {};
}

/** What both views begin with: who the task is and where it stands. */
function overview(task: TaskObject, shaping: Shaping): Record<string, unknown> {
  return {
    task_id: bareOrNothing(task.task_id, shaping),
    status: bareOrNothing(task.status, shaping),
    type: bareOrNothing(task.type, shaping),
    project: bareOrNothing(task.project, shaping),
    batch: bareOrNothing(task.batch, shaping),
    unique_id: bareOrNothing(task.unique_id, shaping),
    tags: task.tags?.map((tag) => shaping.bare(tag)),
    created_at: task.created_at,
    completed_at: task.completed_at,
    review: task.customer_review_status,
  };
}

function bareOrNothing(text: string | undefined, shaping: Shaping): unknown {
  return text === undefined ? undefined : shaping.bare(text);
}

function asked(task: TaskObject, shaping: Shaping): Record<string, unknown> {
  const params = task.params ?? {};
  const geometries = isRecord(params['geometries']) ? params['geometries'] : {};
  return {
    attachment: typeof params['attachment'] === 'string' ? shaping.bare(params['attachment']) : undefined,
    attachments: Array.isArray(params['attachments']) ? params['attachments'].length : undefined,
    geometries: Object.fromEntries(
      Object.entries(geometries).map(([kind, options]) => [
        kind,
        shaping.fenceJson(isRecord(options) ? [...wordsAsked(options)] : []),
      ]),
    ),
    attributes: isRecord(params['annotation_attributes'])
      ? Object.keys(params['annotation_attributes']).map((name) => shaping.bare(name))
      : undefined,
  };
}

function metadataOf(task: TaskObject, shaping: Shaping): unknown {
  if (!task.metadata || Object.keys(task.metadata).length === 0) return undefined;
  return shaping.untrusted(JSON.stringify(task.metadata), 1_000);
}

function errorOf(task: TaskObject, shaping: Shaping): unknown {
  if (task.status !== 'error') return undefined;
  return shaping.fenceJson(task.response ?? {});
}

function resultOf(task: TaskObject, shaping: Shaping): Record<string, unknown> | undefined {
  if (task.status !== 'completed' || !task.response) return undefined;
  const { facts, items } = resultInShort(task.response, task.params, shaping);
  return { ...facts, items: items && itemsInShort(items) };
}

/** Few items one by one; of many the first as a table, since the complete result is a call away. */
function itemsInShort(items: readonly unknown[]): unknown {
  if (items.length <= SHOWN_ITEMS) return items;
  const first = items.slice(0, SHOWN_ITEMS);
  const records = first.filter(isRecord);
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  // The first column is never shared, and most results are of one type.
  const columns = names.toSorted((one, other) => Number(other === 'label') - Number(one === 'label'));
  const rows = records.length === first.length ? tableOf(records, columns) : { rows: first };
  return { first: SHOWN_ITEMS, of: items.length, ...rows };
}
