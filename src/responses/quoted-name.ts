/** Of a name in a question; a sentence of ours that holds names may be longer. */
const MAX_NAME_LENGTH = 80;
const MAX_LINE_LENGTH = 400;

/** Controls, line ends, and characters that turn the direction of text or are not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/** A name that others chose, for people to read: in quotes, on one line, what is not seen made visible, cut. */
export function quotedName(text: string): string {
  const shown = visible(text).replaceAll('"', '\\"');
  return shown.length > MAX_NAME_LENGTH ? `"${shown.slice(0, MAX_NAME_LENGTH)}…"` : `"${shown}"`;
}

/** A value of a question on one line, whatever is in it. */
export function oneLine(text: string): string {
  const shown = visible(text);
  return shown.length > MAX_LINE_LENGTH ? `${shown.slice(0, MAX_LINE_LENGTH)}…` : shown;
}

function visible(text: string): string {
  return text.replace(UNSEEN, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}
