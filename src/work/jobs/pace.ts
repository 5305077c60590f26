/** How a rate follows what Scale allows: it publishes no limits, so they are found by asking a little more each time. */
const AFTER_REFUSAL = 0.97;
const RISE_PER_SECOND = 0.02;

/** What went through in this time before a refusal is taken for the rate that Scale allows. */
const MEASURED_MS = 2_000;
const SHORTEST_MEASURE_MS = 250;

/** Refusals within this time are one. */
const ONE_REFUSAL_MS = 1_000;

export interface PaceTiming {
  /** Milliseconds that only rise. */
  now(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Spaces requests evenly at a rate that falls with each refusal for being too fast, and rises while there are none. */
export class Pace {
  readonly #ceiling: number;
  readonly #timing: PaceTiming;
  #perSecond: number;
  #next = 0;
  #refusedAt = -Infinity;
  #went: number[] = [];

  /** @param ceiling requests per second that are never exceeded */
  constructor(ceiling: number, timing: PaceTiming) {
    this.#ceiling = ceiling;
    this.#perSecond = ceiling;
    this.#timing = timing;
  }

  /** Requests per second that it lets begin now. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Waits for the next turn. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#timing.now();
    const at = Math.max(now, this.#next);
    this.#next = at + 1_000 / this.#perSecond;
    if (at > now) await this.#timing.sleep(at - now, signal);
  }

  /** A request was taken. */
  went(): void {
    const now = this.#timing.now();
    this.#went.push(now);
    if (this.#went.length > 2 * this.#ceiling * (MEASURED_MS / 1_000)) this.#forget(now);
    if (now - this.#refusedAt < ONE_REFUSAL_MS) return;
    const risen = this.#perSecond * (1 + RISE_PER_SECOND / this.#perSecond);
    this.#perSecond = Math.min(this.#ceiling, risen);
  }

  /** A request was refused for being too fast. */
  refused(): void {
    const now = this.#timing.now();
    if (now - this.#refusedAt < ONE_REFUSAL_MS) return;
    this.#refusedAt = now;
    this.#forget(now);
    const elapsedMs = Math.max(SHORTEST_MEASURE_MS, now - (this.#went[0] ?? now));
    const measured = this.#went.length / (elapsedMs / 1_000);
    this.#perSecond = Math.max(1, Math.min(this.#perSecond, measured) * AFTER_REFUSAL);
  }

  #forget(now: number): void {
    this.#went = this.#went.filter((at) => now - at <= MEASURED_MS);
  }
}
