/** Hands tasks to a number of labelers, first come first served unless some come first. */
export class LabelerPool {
  readonly #places: () => number | null;
  readonly #comesFirst: (taskId: string) => boolean;
  #waiting: string[] = [];
  #busy = 0;

  /**
   * @param places labelers at work; null for as many as there are tasks
   * @param comesFirst whether a task is to be taken before those that wait longer
   */
  constructor(places: () => number | null, comesFirst: (taskId: string) => boolean) {
    this.#places = places;
    this.#comesFirst = comesFirst;
  }

  /** Whether somebody takes the task at once; otherwise it waits. */
  take(taskId: string): boolean {
    if (!this.#hasPlace()) {
      this.#waiting.push(taskId);
      return false;
    }
    this.#busy += 1;
    return true;
  }

  /** Somebody is done. */
  leave(): void {
    this.#busy = Math.max(0, this.#busy - 1);
  }

  /** The next task that waits, as far as somebody is free for it. */
  next(): string | undefined {
    if (this.#waiting.length === 0 || !this.#hasPlace()) return undefined;
    const index = this.#waiting.findIndex((taskId) => this.#comesFirst(taskId));
    return index > 0 ? this.#waiting.splice(index, 1)[0] : this.#waiting.shift();
  }

  /** Somebody is at a task since before a restart. */
  resume(): void {
    this.#busy += 1;
  }

  clear(): void {
    this.#waiting = [];
    this.#busy = 0;
  }

  #hasPlace(): boolean {
    const places = this.#places();
    return places === null || this.#busy < places;
  }
}
