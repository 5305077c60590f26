import { randomId } from '../catalog/random-id.ts';
import type { Untrusted } from '../catalog/tool.ts';

/** Limits of an id, name, label or tag that is shown bare, and of a URL. What goes beyond is fenced. */
const MAX_BARE_LENGTH = 80;
const MAX_BARE_WORDS = 5;
/** Characters of a text that a sentence quotes. */
const MAX_QUOTE_LENGTH = 80;
const MAX_BARE_URL_LENGTH = 2_000;

/** One line of letters, digits, marks and the punctuation of names; nothing that could open a fence. */
const HARMLESS_NAME = /^[\p{L}\p{N}\p{M} _.,:/@+\-#%&=()'$]+$/u;

/** A sentence ends, or another begins: names do neither. */
const SENTENCE = /[.:]$|[.,] \S+ \S+ /u;
const HARMLESS_URL = /^[a-z][a-z0-9+.-]*:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i;

/** C0 and C1 controls except tab and newline, bidirectional overrides, zero-width, tag and variation characters. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what this removes
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u{e0000}-\u{e01ef}]/gu;

/** Fences for one response. */
export interface Fence {
  untrusted(text: string, maxLength?: number): Untrusted;
  bare(text: string): string | Untrusted;
  word(text: string | undefined, otherwise: string): string;
  quote(text: string): string;
  name(text: string | undefined, otherwise: string): string;
}

/**
 * A fence whose marker nobody could have known when the text was written, so no text can close it early.
 *
 * @param marker unguessable; random unless a test fixes it
 */
export function createFence(marker = `data-${randomId().slice(0, 12)}`): Fence {
  const untrusted = (text: string, maxLength = Infinity): Untrusted => {
    const clean = text.replace(INVISIBLE, '').replaceAll(marker, '');
    const shown =
      clean.length > maxLength ? `${clean.slice(0, maxLength)}… (${clean.length} characters)` : clean;
    return { untrusted: `<${marker}>${shown}</${marker}>` };
  };
  const short = (text: string): string =>
    untrusted(text.replace(/\s+/gu, ' ').trim(), MAX_QUOTE_LENGTH).untrusted;
  return {
    untrusted,
    bare: (text) => (isHarmless(text) ? text : untrusted(text)),
    quote: (text) => (isHarmless(text) ? JSON.stringify(text) : short(text)),
    name: (text, otherwise) => {
      if (text === undefined) return otherwise;
      return isHarmless(text) ? text : short(text);
    },
    word: (text, otherwise) => (text !== undefined && isHarmless(text) ? text : otherwise),
  };
}

/** For messages that hold no fences: a name while it is harmless. */
export function shownName(text: string): string {
  return isHarmless(text) ? text : '(a name that is not shown)';
}

/** True for text that reads as a name, a label or a URL and not as a sentence to obey. */
export function isHarmless(text: string): boolean {
  if (HARMLESS_URL.test(text)) return text.length <= MAX_BARE_URL_LENGTH;
  if (text.length > MAX_BARE_LENGTH || text.split(' ').length > MAX_BARE_WORDS) return false;
  if (!HARMLESS_NAME.test(text) || SENTENCE.test(text)) return false;
  // Letters that only look like others (full width, mathematical) are not the letters of names.
  return text.replace(INVISIBLE, '') === text && text.normalize('NFKC') === text.normalize('NFC');
}
