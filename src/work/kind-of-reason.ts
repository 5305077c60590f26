/** Names, paths, ids and numbers in a sentence. */
const PARTICULARS = /"[^"]*"|\S*\/\S*|\b[0-9a-f]{16,}\b|\d+/g;

/** Of a sentence that holds what somebody sent; looking for a path in a long word takes the square of its length. */
const MAX_LENGTH = 500;

/** The same for sentences that say the same of different things, so that they can be counted together. */
export function kindOf(sentence: string): string {
  return sentence.slice(0, MAX_LENGTH).replaceAll(PARTICULARS, '…');
}
