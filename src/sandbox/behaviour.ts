import { createHash } from 'node:crypto';
import * as z from 'zod';

const Share = z.number().min(0).max(1);

/** Why a task ends with status `error`. */
const ERROR_CAUSES = [
  'attachment_403',
  'attachment_404',
  'attachment_wrong_type',
  'bad_lidar_frame',
  'invalid_parameters',
  'unknown',
] as const;
export type ErrorCause = (typeof ERROR_CAUSES)[number];

/** How labelers work and what goes wrong. Shares are drawn by hash: the same request fares the same each time. */
export const BehaviourSpec = z.strictObject({
  /** Labelers at work; null for as many as there are tasks. */
  labelers: z.int().min(1).nullable().default(null),
  /** Requests per second with one key, beyond which the answer is 429; null for no limit. */
  rate_limit: z.int().min(1).nullable().default(null),
  /** Shares of tasks that fail, by cause. */
  errors: z.partialRecord(z.enum(ERROR_CAUSES), Share).default({}),
  /** Share of completed tasks that Scale takes back once, a turnaround later. */
  recalls: Share.default(0),
  /** Share of completed tasks that are audited half a turnaround later; every third audit rejects. */
  audits: Share.default(0),
  /** Shares of callbacks that never leave, and that leave twice. */
  callbacks: z
    .strictObject({ lost: Share.default(0), doubled: Share.default(0) })
    .default({ lost: 0, doubled: 0 }),
});

export type BehaviourOptions = z.input<typeof BehaviourSpec>;

/** The behaviour in force; changed while the sandbox runs. */
export class Behaviour {
  readonly #initial: z.output<typeof BehaviourSpec>;
  current: z.output<typeof BehaviourSpec>;

  constructor(initial: BehaviourOptions = {}) {
    this.#initial = BehaviourSpec.parse(initial);
    this.current = this.#initial;
  }

  /** What is not named is as at the start. */
  set(wanted: BehaviourOptions): z.output<typeof BehaviourSpec> {
    this.current = BehaviourSpec.parse({ ...this.#initial, ...wanted });
    return this.current;
  }

  reset(): void {
    this.current = this.#initial;
  }

  /** The cause for which a task fails, drawn by what it asks for: once that is changed, it is drawn anew. */
  causeFor(asked: unknown): ErrorCause | undefined {
    let drawn = draw(`error ${JSON.stringify(asked)}`);
    for (const cause of ERROR_CAUSES) {
      const share = this.current.errors[cause] ?? 0;
      if (drawn < share) return cause;
      drawn -= share;
    }
    return undefined;
  }
}

/** A number from 0 to 1 that is the same for the same text. */
export function draw(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0) / 0x1_0000_0000;
}
