import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting<T> {
  item: T;
  written: () => void;
  failed: (error: unknown) => void;
}

/** What comes within one turn of the event loop is written in one transaction: each has to reach the disk. */
export class GroupCommit<T> {
  readonly #write: (group: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #isWriting = false;

  /** @param write one group after the other, all of it or nothing */
  constructor(write: (group: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** @throws what writing the group failed with */
  add(item: T): Promise<void> {
    return new Promise((written, failed) => {
      this.#waiting.push({ item, written, failed });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const group = this.#waiting.splice(0);
      try {
        await this.#write(group.map(({ item }) => item));
        for (const { written } of group) written();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.#isWriting = false; // at once: nothing is added in between
  }
}
