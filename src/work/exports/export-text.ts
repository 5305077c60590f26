import type { Journal } from '../store/work-store.ts';

/**
 * A stretch of an export as its file would have it: JSON Lines. Stretches that follow each other make the whole,
 * whatever the length of a line.
 *
 * @param stretch in characters (UTF-16 units); a letter of two units belongs to where it begins
 */
export async function exportText(
  journal: Journal,
  { offset, length }: { offset: number; length: number },
): Promise<string> {
  let text = '';
  let at = 0;
  for await (const line of journal.lines()) {
    const whole = `${JSON.stringify(line)}\n`;
    if (at + whole.length > offset) text += whole.slice(Math.max(0, offset - at), offset + length + 1 - at);
    at += whole.length;
    if (at > offset + length) break;
  }
  const start = isLowSurrogate(text, 0) && offset > 0 ? 1 : 0;
  return text.slice(start, isLowSurrogate(text, length) ? length + 1 : length);
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
