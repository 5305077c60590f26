import { isRecord } from '../../src/responses/compact.ts';

/** Members of a task's parameters that list what an annotator can choose from. */
const CHOICE_LISTS = new Set([
  'objects_to_annotate',
  'choices',
  'labels',
  'subchoices',
  'events_to_annotate',
]);

/**
 * Every label and choice that a task asked for. An answer among these words is a choice; any other string in
 * an answer is free text.
 */
export function wordsAsked(params: unknown): ReadonlySet<string> {
  const words = new Set<string>();
  collect(params, false);
  return words;

  function collect(node: unknown, choosable: boolean): void {
    if (typeof node === 'string') {
      if (choosable) words.add(node);
    } else if (Array.isArray(node)) {
      for (const item of node) collect(item, choosable);
    } else if (isRecord(node)) {
      for (const [key, member] of Object.entries(node)) {
        collect(member, CHOICE_LISTS.has(key) || (choosable && key === 'choice'));
      }
    }
  }
}
