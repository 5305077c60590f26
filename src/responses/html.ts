/** Text that is HTML already. Only the template below makes it, so that nothing else stands in a page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Characters that turn the direction of the text after them: they are shown, and do not. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

type Value = Html | string | number | undefined | false | readonly Value[];

/**
 * A template for HTML: every value is text and is escaped, for content and for attributes in quotes, unless it was made
 * by this template. Lists are put together; undefined and false are nothing. What stands in a template itself must be
 * ASCII: the bundle is read as such, and templates with a tag are the one place where its letters are not escaped.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(
    strings.map((part, index) => (index === 0 ? part : textOf(values[index - 1]) + part)).join(''),
  );
}

function textOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return String(value)
    .replaceAll(/[&<>"'`]/g, (letter) => `&#${letter.codePointAt(0)};`)
    .replaceAll(TURNING, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}
