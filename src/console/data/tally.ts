/** Numbers by names within a span of time, such as an hour or a day. */
export interface Tallied<Names> {
  /** Which hour or day, counted since 1970. */
  span: number;
  names: Names;
  count: number;
}

interface TallyOptions {
  spanMs: number;
  /** How many spans are kept. */
  spans: number;
  /** Different names within a span; what goes beyond is counted and named by nothing. */
  maxNames: number;
}

/** Counts by span and names, in bounded memory whatever names come. */
export class Tally<Names extends Readonly<Record<string, string | undefined>>> {
  readonly #options: TallyOptions;
  readonly #spans = new Map<number, Map<string, { names: Names; count: number }>>();
  #left = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  /** @param time milliseconds since 1970 */
  add(time: number, names: Names): void {
    const span = Math.floor(time / this.#options.spanMs);
    const counts = this.#spans.get(span) ?? this.#open(span);
    if (!counts) return;
    const key = JSON.stringify(Object.values(names));
    const known = counts.get(key);
    if (known) known.count += 1;
    else if (counts.size < this.#options.maxNames) counts.set(key, { names, count: 1 });
    else this.#left += 1;
  }

  /** What was counted from a span on. */
  since(span: number): Tallied<Names>[] {
    return [...this.#spans].flatMap(([at, counts]) =>
      at < span ? [] : [...counts.values()].map((one) => ({ span: at, ...one })),
    );
  }

  /** How much was not counted, since there were too many names. */
  get left(): number {
    return this.#left;
  }

  /** The oldest span makes room for a newer one. */
  #open(span: number): Map<string, { names: Names; count: number }> | undefined {
    if (this.#spans.size >= this.#options.spans) {
      const oldest = Math.min(...this.#spans.keys());
      if (span < oldest) return undefined;
      this.#spans.delete(oldest);
    }
    const counts = new Map<string, { names: Names; count: number }>();
    this.#spans.set(span, counts);
    return counts;
  }
}
