import * as z from 'zod';
import { createRandom } from '../labelers/random.ts';
import type { Random } from '../labelers/random.ts';

/** A fault that the next matching requests meet. */
export const FaultSpec = z.strictObject({
  /** Method and path with `*` for anything, such as `POST /v1/task/*`; every request under /v1 without it. */
  route: z.string().default('*'),
  kind: z.enum(['latency', 'status', 'drop', 'truncate', 'slow_body']),
  /** Before or after the request took effect; `truncate` and `slow_body` are always after. */
  when: z.enum(['before', 'after']).default('before'),
  status: z.int().min(400).max(599).default(503),
  retry_after_s: z.number().min(0).optional(),
  latency_ms: z.int().min(0).max(600_000).default(1_000),
  /** How many requests; without it, until cleared. */
  count: z.int().min(1).optional(),
  /** Which part of the matching requests, 0 to 1, drawn from a fixed sequence. */
  share: z.number().min(0).max(1).default(1),
  /** Names a sequence of its own, which another seed draws otherwise. */
  seed: z.string().optional(),
});

export type FaultSpec = z.output<typeof FaultSpec>;

export interface Fault extends FaultSpec {
  id: string;
  hits: number;
}

/** The faults in force. */
export class Faults {
  #faults: Fault[] = [];
  readonly #sequences = new WeakMap<Fault, Random>();
  #random: Random = createRandom('faults');
  #count = 0;

  add(spec: FaultSpec): Fault {
    this.#count += 1;
    const fault = { ...spec, id: `fault-${this.#count}`, hits: 0 };
    this.#faults.push(fault);
    if (spec.seed !== undefined) this.#sequences.set(fault, createRandom(spec.seed));
    return fault;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
    this.#random = createRandom('faults');
  }

  /** The first fault that applies to this request; it counts as met. */
  meet(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        (one.count === undefined || one.hits < one.count) &&
        matches(one.route, `${method} ${path}`) &&
        (this.#sequences.get(one) ?? this.#random).chance(one.share),
    );
    if (fault) fault.hits += 1;
    return fault;
  }
}

function matches(pattern: string, request: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`, 'i').test(request);
}
