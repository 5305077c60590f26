/** A tool's answer, read by dotted paths such as `task.result.annotations`. */
export class Answer {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  text(path: string): string {
    const value = this.#at(path);
    if (typeof value === 'string') return value;
    throw new Error(`the answer has no text at ${path}`);
  }

  /** Zero when it is not there: answers leave out what is empty. */
  number(path: string): number {
    const value = this.#at(path);
    return typeof value === 'number' ? value : 0;
  }

  object(path: string): object {
    const value = this.#at(path);
    return typeof value === 'object' && value !== null ? value : {};
  }

  list(path: string): Answer[] {
    const value = this.#at(path);
    return Array.isArray(value) ? value.map((item: unknown) => new Answer(item)) : [];
  }

  #at(path: string): unknown {
    let node = this.#value;
    for (const key of path.split('.')) {
      if (typeof node !== 'object' || node === null) return undefined;
      node = Reflect.get(node, key);
    }
    return node;
  }
}
