/** A number that may have lost digits: many of them, or an exponent. Most texts have none, and cost one look. */
const SUSPECT = /\d[\d.]{15}|\d[eE][+-]?\d/;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** `toPrecision` takes no more. */
const MAX_PRECISION = 100;

/**
 * `JSON.parse`, except that a number becomes a string where a double cannot hold its digits: the id
 * 1234567890123456789 stays what it is instead of turning into 1234567890123456800.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJsonKeepingDigits(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!SUSPECT.test(text)) return parsed;
  const quoted = quoteLongNumbers(text);
  return quoted === text ? parsed : JSON.parse(quoted);
}

/**
 * The same for JSON text that another parser reads: the numbers that it would change are in quotes.
 *
 * @returns the text itself where nothing is at stake, or where it is no JSON: the parser says what is wrong
 */
export function withLongNumbersQuoted(text: string): string {
  if (!SUSPECT.test(text)) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return quoteLongNumbers(text);
}

/** Walks from string to string, so that digits inside strings are never touched. The text is valid JSON. */
function quoteLongNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const opening = quote === -1 ? text.length : quote;
    if (opening > at) parts.push(text.slice(at, opening).replace(NUMBER, quoteWhereLost));
    at = quote === -1 ? text.length : endOfString(text, opening);
    if (quote !== -1) parts.push(text.slice(opening, at));
  }
  return parts.join('');
}

/** @returns the index after the closing quote: the first that an even number of backslashes precedes */
function endOfString(text: string, opening: number): number {
  for (let quote = text.indexOf('"', opening + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function quoteWhereLost(literal: string): string {
  return isKept(literal) ? literal : `"${literal}"`;
}

/**
 * A whole number is kept when it is written the same way again. A fraction is kept when its digits come back, in
 * the shortest form or as the double's own value to that many digits, as `%.20f` prints it.
 */
function isKept(literal: string): boolean {
  if (literal.length < 16 && !/e/i.test(literal)) return true;
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  if (/^-?\d+$/.test(literal)) return String(value) === literal || literal === '-0';
  const digits = significantDigits(literal);
  if (digits === significantDigits(String(value))) return true;
  const precision = digits.length;
  return precision <= MAX_PRECISION && significantDigits(value.toPrecision(precision)) === digits;
}

/** The digits between the leading and the trailing zeros; the exponent is the double's to keep. */
function significantDigits(literal: string): string {
  return literal
    .replace(/^-|[eE].*$/g, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '');
}
