/** Levels of lists and objects in what a caller sends. What Scale takes needs a dozen. */
export const MAX_DEPTH = 64;

export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
