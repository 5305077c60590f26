import { byId } from './elements.ts';

/** The line that says what happens. */
export class Status {
  readonly #line = byId('status', HTMLParagraphElement);

  say(words: string, kind: 'done' | 'error' | 'info' = 'info'): void {
    this.#line.dataset['kind'] = kind;
    this.#line.replaceChildren(words);
  }

  fail(error: unknown): void {
    this.say(error instanceof Error ? error.message : String(error), 'error');
  }

  ask(words: string, buttons: readonly HTMLButtonElement[]): void {
    this.say(words);
    for (const button of buttons) this.#line.append(' ', button);
  }
}
