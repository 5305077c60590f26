import { NotReadable } from './not-readable.ts';
import { MAX_ROW_CHARACTERS } from './manifest-row.ts';

const ALLOWED =
  '[{"column": "value"}, …] in a file that ends in .json, or an object on each line of one that ends in .jsonl';

/** The text of an item of a JSON list, cut where it is longer than a row may be. */
export interface ListItem {
  text: string;
  /** Line of the file on which it begins, from 1 on. */
  line: number;
}

/**
 * Cuts a JSON list into its items, so that each can be parsed, refused and named by itself.
 *
 * @throws NotReadable for what is no list, or ends before the list does
 */
export async function* listItems(text: AsyncIterable<string>): AsyncGenerator<ListItem> {
  const cutter = new ListCutter();
  for await (const piece of text) yield* cutter.cut(piece);
  cutter.finish();
}

class ListCutter {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isAtEnd = false;
  #line = 1;
  #text = '';
  #begins: number | undefined;
  #items = 0;

  *cut(piece: string): Generator<ListItem> {
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const letter = piece.charAt(at);
      if (letter === '\n') this.#line += 1;
      if (this.#isInString) this.#inString(letter);
      else if (isBlank(letter)) continue;
      else if (this.#depth === 0) {
        this.#open(letter);
        from = at + 1;
      } else if (this.#depth === 1 && (letter === ',' || letter === ']')) {
        this.#keep(piece.slice(from, at));
        from = at + 1;
        if (letter === ',' || this.#items > 0 || this.#begins !== undefined) yield this.#take();
        if (letter === ']') this.#close();
      } else this.#within(letter);
    }
    if (this.#depth > 0) this.#keep(piece.slice(from));
  }

  /** @throws NotReadable */
  finish(): void {
    if (this.#isAtEnd) return;
    if (this.#depth === 0) return; // an empty file has no rows
    const begins = this.#begins === undefined ? '' : `, which begins on line ${this.#begins}`;
    throw new NotReadable(
      `it ends within row ${this.#items + 1} of the list${begins}: the file is cut off, or a quote or bracket is never closed`,
      ALLOWED,
    );
  }

  #inString(letter: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (letter === '\\') this.#isEscaped = true;
    else if (letter === '"') this.#isInString = false;
  }

  #within(letter: string): void {
    this.#begins ??= this.#line;
    if (letter === '"') this.#isInString = true;
    else if (letter === '{' || letter === '[') this.#depth += 1;
    else if (letter === '}' || letter === ']') this.#depth = Math.max(1, this.#depth - 1);
  }

  #open(letter: string): void {
    if (this.#isAtEnd)
      throw new NotReadable(`more follows on line ${this.#line}, after the end of the list`, ALLOWED);
    if (letter !== '[')
      throw new NotReadable(
        `it begins with ${letter} on line ${this.#line}, and is no list of rows`,
        ALLOWED,
      );
    this.#depth = 1;
  }

  #close(): void {
    this.#depth = 0;
    this.#isAtEnd = true;
  }

  #keep(part: string): void {
    if (this.#text.length <= MAX_ROW_CHARACTERS)
      this.#text = (this.#text + part).slice(0, MAX_ROW_CHARACTERS + 1);
  }

  #take(): ListItem {
    const item = { text: this.#text, line: this.#begins ?? this.#line };
    this.#text = '';
    this.#begins = undefined;
    this.#items += 1;
    return item;
  }
}

function isBlank(letter: string): boolean {
  return letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t';
}
