import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const BAR = 24;

/** What a person watching the demo sees: colour and a moving bar on a terminal, plain lines elsewhere. */
export class Screen {
  readonly #out = process.stdout;
  readonly #rich = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  #lastProgress = '';

  title(text: string): void {
    this.#line(this.#paint('bold', text));
  }

  prompt(text: string): void {
    this.#line();
    this.#line(`${this.#paint('cyan', 'user ')} ${this.#paint('bold', text)}`);
  }

  call(name: string, args: Record<string, unknown>): void {
    this.#line(
      `${this.#paint('yellow', 'call ')} ${name} ${this.#paint('dim', shorten(JSON.stringify(args)))}`,
    );
  }

  answer(text: string): void {
    this.#line(`${this.#paint('green', '  →  ')} ${text}`);
  }

  note(text: string): void {
    this.#line();
    this.#line(text);
  }

  failure(text: string): void {
    process.stderr.write(`${this.#paint('red', 'demo failed:')} ${text}\n`);
  }

  /** Drawn in place on a terminal; a line whenever it changes elsewhere. */
  progress(what: string, done: number, total: number): void {
    const filled = total === 0 ? 0 : Math.round((done / total) * BAR);
    const text = `${what} ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done}/${total}`;
    if (text === this.#lastProgress) return;
    this.#lastProgress = text;
    if (this.#rich) this.#out.write(`\r${this.#paint('magenta', 'wait ')} ${text}`);
    else this.#line(`wait  ${text}`);
  }

  endProgress(): void {
    if (this.#rich) this.#line();
    this.#lastProgress = '';
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
    );
    const pad = (row: readonly string[]): string =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
    this.#line();
    this.#line(this.#paint('bold', pad(head)));
    for (const row of rows) this.#line(pad(row));
  }

  #paint(style: Style, text: string): string {
    return this.#rich ? styleText(style, text) : text;
  }

  #line(text = ''): void {
    this.#out.write(`${text}\n`);
  }
}

function shorten(text: string): string {
  const home = text.replaceAll(/"[^"]*\/examples\//g, '"…/examples/');
  return home.length > 150 ? `${home.slice(0, 149)}…` : home;
}
