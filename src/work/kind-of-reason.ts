/** Names, paths, ids and numbers in a sentence. */
const PARTICULARS = /"[^"]*"|\S*\/\S*|\b[0-9a-f]{16,}\b|\d+/g;

/** The same for sentences that say the same of different things, so that they can be counted together. */
export function kindOf(sentence: string): string {
  return sentence.replaceAll(PARTICULARS, '…');
}
