import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name that a misspelt one most likely means, or undefined when none is near. Two in
 * five letters may differ: `projct` finds `project`, `debgu` finds `debug`, `nonsense` finds nothing.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const inOtherCase = known.find((name) => name.toLowerCase() === given.toLowerCase());
  if (inOtherCase !== undefined) return inOtherCase; // nearer than what differs in a letter, such as `bar` for `Car`
  const candidate = closest(given.toLowerCase(), known);
  const allowed = Math.floor(Math.max(given.length, candidate.length) * 0.4);
  return distance(given.toLowerCase(), candidate.toLowerCase()) <= allowed ? candidate : undefined;
}
