/**
 * What text may hold as it is and a terminal obeys or hides: C1 controls (U+009B begins a sequence as ESC [ does), and
 * characters that turn the direction of text, or are not seen.
 */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what this escapes
  /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e01ef}]/gu;

/** The other controls, except tab and the end of a line; JSON has them escaped anyhow. */
// oxlint-disable-next-line no-control-regex -- these characters are what this escapes
const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g;

/** The same JSON, with those characters written as `\u202e`: it parses to the same value. */
export function escapeUnseen(json: string): string {
  return json.replace(UNSEEN, escaped);
}

/** For a terminal: text in which nothing is obeyed or hidden. */
export function visibleText(text: string): string {
  return text.replace(CONTROLS, escaped).replace(UNSEEN, escaped);
}

function escaped(letter: string): string {
  const units = Array.from({ length: letter.length }, (_, index) => letter.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
