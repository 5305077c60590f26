import type { FormatReport } from '../../../catalog/export-formats.ts';
import type { FormatOptions } from './format-options.ts';

/** Something that a format cannot express, where the caller wants none of it to be lost. */
export class InexpressibleError extends Error {
  override name = 'InexpressibleError';
}

/** Examples that are named of what could not be taken along. */
const MAX_NAMED = 20;

/** What became of everything that an export holds: nothing is dropped without being counted. */
export class Report {
  tasks = 0;
  annotations = 0;
  readonly classes = new Map<string, number>();
  readonly splits = new Map<string, number>();
  readonly #format: string;
  readonly #wish: FormatOptions['inexpressible'];
  readonly #converted = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  readonly #leftOut: FormatReport['left_out'] = [];
  #leftOutCount = 0;
  #imagesMissing = 0;

  constructor({ format, inexpressible }: Pick<FormatOptions, 'format' | 'inexpressible'>) {
    this.#format = format;
    this.#wish = inexpressible;
  }

  /**
   * @param what is not in the format as it is, and what becomes of it: `ellipse as polygon`
   * @returns whether it is to be converted
   * @throws InexpressibleError
   */
  converts(what: string, taskId: string): boolean {
    if (this.#wish === 'fail') throw this.#refusal(what, taskId);
    increase(this.#wish === 'convert' ? this.#converted : this.#skipped, what);
    return this.#wish === 'convert';
  }

  /**
   * @param what cannot be made into anything that the format has
   * @throws InexpressibleError
   */
  skips(what: string, taskId: string, count = 1): void {
    if (count === 0) return;
    if (this.#wish === 'fail') throw this.#refusal(what, taskId);
    increase(this.#skipped, what, count);
  }

  /** A task without what the format needs of it. */
  leavesOut(taskId: string, reason: string): void {
    this.#leftOutCount += 1;
    if (this.#leftOut.length < MAX_NAMED) this.#leftOut.push({ task_id: taskId, reason });
  }

  /** A task whose image could not be copied. */
  withoutImage(taskId: string, reason: string): void {
    this.#imagesMissing += 1;
    if (this.#leftOut.length < MAX_NAMED)
      this.#leftOut.push({ task_id: taskId, reason: `without its image: ${reason}` });
  }

  count(label: string): void {
    this.annotations += 1;
    increase(this.classes, label);
  }

  /** As it is written beside the files. */
  toJson(job: string): FormatReport {
    return {
      job,
      format: this.#format,
      tasks: this.tasks,
      annotations: this.annotations,
      classes: Object.fromEntries(this.classes),
      splits: Object.fromEntries(this.splits),
      converted: Object.fromEntries(this.#converted),
      skipped: Object.fromEntries(this.#skipped),
      tasks_left_out: this.#leftOutCount,
      images_missing: this.#imagesMissing,
      left_out: this.#leftOut,
    };
  }

  #refusal(what: string, taskId: string): InexpressibleError {
    return new InexpressibleError(
      `${this.#format} has no form for ${what} (task ${taskId}). Export with inexpressible: "convert" or "skip", or in another format.`,
    );
  }
}

function increase(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
