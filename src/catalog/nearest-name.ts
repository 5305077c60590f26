import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name that a misspelt one most likely means, or undefined when none is near. A third of the
 * letters may differ: `projct` finds `project`, `foo` finds nothing.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(given.toLowerCase(), known);
  const allowed = Math.max(1, Math.floor(Math.max(given.length, candidate.length) / 3));
  return distance(given.toLowerCase(), candidate.toLowerCase()) <= allowed ? candidate : undefined;
}
