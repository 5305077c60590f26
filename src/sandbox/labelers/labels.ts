import { isObject } from '../json.ts';

/** The labels that can be given: leaves of a list of strings and `{choice, subchoices}`. */
export function leaves(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  return labels.flatMap((label: unknown) => {
    if (typeof label === 'string') return [label];
    if (!isObject(label)) return [];
    const below = leaves(label['subchoices']);
    if (below.length > 0) return below;
    return typeof label['choice'] === 'string' ? [label['choice']] : [];
  });
}
