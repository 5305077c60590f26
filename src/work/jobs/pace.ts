/** How a rate follows what Scale allows: it publishes no limits, so they are found by asking a little more each time. */
const RISE_PER_SECOND = 0.04;

/** Refusals up to this share of what was asked are its price; beyond it, less is asked. */
const TOLERATED_SHARE = 0.03;

/** A single correction takes away no more than this: what was measured may have been a hiccup. */
const DEEPEST_CUT = 0.7;

/** What went through in this time is taken for the rate that Scale allows. */
const MEASURED_MS = 2_000;
const SHORTEST_MEASURE_MS = 250;

/** Corrections are this far apart, so that the last one shows first. */
const BETWEEN_CUTS_MS = 1_000;

export interface PaceTiming {
  /** Milliseconds that only rise. */
  now(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Spaces requests evenly at a rate that falls when too many are refused for being too fast, and rises otherwise. */
export class Pace {
  readonly #ceiling: number;
  readonly #timing: PaceTiming;
  #perSecond: number;
  #next = 0;
  #cutAt = -Infinity;
  #went: number[] = [];
  #refused: number[] = [];

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
    if (now - this.#cutAt < BETWEEN_CUTS_MS) return;
    this.#perSecond = Math.min(this.#ceiling, this.#perSecond + RISE_PER_SECOND);
  }

  /** A request was refused for being too fast. */
  refused(): void {
    const now = this.#timing.now();
    this.#refused.push(now);
    this.#forget(now);
    const share = this.#refused.length / (this.#refused.length + this.#went.length);
    if (share <= TOLERATED_SHARE || now - this.#cutAt < BETWEEN_CUTS_MS) return;
    this.#cutAt = now;
    const elapsedMs = Math.max(SHORTEST_MEASURE_MS, now - (this.#went[0] ?? now));
    const measured = this.#went.length / (elapsedMs / 1_000);
    this.#perSecond = Math.max(1, this.#perSecond * DEEPEST_CUT, Math.min(this.#perSecond, measured));
  }

  #forget(now: number): void {
    const isRecent = (at: number): boolean => now - at <= MEASURED_MS;
    this.#went = this.#went.filter(isRecent);
    this.#refused = this.#refused.filter(isRecent);
  }
}
