/** A number with its noun, for sentences: `1 task`, `3 tasks`, `2 batches`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
