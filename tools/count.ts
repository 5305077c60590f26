/** A number with its noun, for sentences: `1 task`, `3 tasks`, `2 batches`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** How many there are and how many of them are shown; where the whole number was not told, no more than that. */
export function pageWords(
  { total, shown, where = '' }: { total: number | undefined; shown: number; where?: string },
  noun: string,
  plural?: string,
): string {
  if (total !== undefined) return `${count(total, noun, plural)} found${where}; this page shows ${shown}`;
  return `${count(shown, noun, plural)}${where} on this page; Scale did not tell how many there are in all`;
}
