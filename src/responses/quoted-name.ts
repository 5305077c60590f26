/** Of a name in a question; a sentence of ours that holds names may be longer. */
const MAX_NAME_LENGTH = 80;
export const LINE_LENGTH = 400;

/** Controls, line ends, and characters that turn the direction of text or are not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/** A name that others chose, for people to read: in quotes, on one line, what is not seen made visible, cut. */
export function quotedName(text: string): string {
  const shown = visible(text).replaceAll('"', '\\"');
  return shown.length > MAX_NAME_LENGTH ? `"${shown.slice(0, MAX_NAME_LENGTH)}…"` : `"${shown}"`;
}

/** The same, uncut: for names of whom or what a person allows something, where the end matters. */
export function quotedWhole(text: string): string {
  return `"${visible(text).replaceAll('"', '\\"')}"`;
}

/** A value of a question on one line, whatever is in it; what was cut off it says so. */
export function oneLine(text: string): string {
  const shown = visible(text);
  const rest = shown.length - LINE_LENGTH;
  return rest > 0 ? `${shown.slice(0, LINE_LENGTH)}… (${rest} more characters)` : shown;
}

function visible(text: string): string {
  return text.replace(UNSEEN, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}
