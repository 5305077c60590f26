import { createHash } from 'node:crypto';
import { randomId } from '../../random-id.ts';
import { ScaleError } from '../../scale/errors.ts';
import { isInvalid } from './draft-rows.ts';
import { findExisting, groupsOf } from './find-existing.ts';
import { invalidRowsOf, rowText, rowsOf, savePlan } from './plan.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Owner } from '../jobs/job.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Draft } from './draft-rows.ts';
import type { Plan, PlanRow } from './plan.ts';

/** Hosts give up after a minute: what has not been looked up by then is found when it is sent. */
const LOOK_UP_MS = 35_000;

/** Different reasons that are told apart, and lines named for each. */
const MAX_REASONS = 20;
const MAX_LINES = 10;

/** What is known of a plan before its rows are. */
export interface PlanHead {
  tool: string;
  type: string;
  project?: string | undefined;
  batch?: string | undefined;
  new_batch?: boolean;
  /** What the rows were read from, for sentences. */
  source: string;
  /** Whether rows may exist already: those of a repair do, and failed. */
  lookUp: boolean;
}

export interface PlanDeps {
  store: WorkStore;
  owner: Owner;
  path: CallPath;
  report: ReportProgress;
  signal: AbortSignal;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A plan that grows row by row. */
export class PlanMaking {
  rowsRead = 0;
  readonly #head: PlanHead;
  readonly #deps: PlanDeps;
  readonly #id = `plan_${randomId()}`;
  readonly #digest = createHash('sha256');
  readonly #reasons = new Map<string, { count: number; lines: number[] }>();
  readonly #alreadyThere: Record<string, number> = {};
  readonly #lookUpUntil: number;
  #toCreate = 0;
  #invalid = 0;
  #notLookedUp = 0;
  #sample: PlanRow | undefined;

  constructor(head: PlanHead, deps: PlanDeps) {
    this.#head = head;
    this.#deps = deps;
    this.#lookUpUntil = deps.now() + LOOK_UP_MS;
  }

  async take(drafts: readonly Draft[]): Promise<void> {
    const invalid = drafts.filter(isInvalid);
    const valid = drafts.filter((draft): draft is PlanRow => !isInvalid(draft));
    const missing = await this.#withoutExisting(valid);
    for (const row of missing) this.#digest.update(rowText(row));
    this.#sample ??= missing[0];
    this.#toCreate += missing.length;
    this.#invalid += invalid.length;
    for (const { line, reason } of invalid) this.#count(reason, line);
    const { store, report } = this.#deps;
    if (missing.length > 0) await rowsOf(store, this.#id).append(missing);
    if (invalid.length > 0) await invalidRowsOf(store, this.#id).append(invalid);
    report({ progress: this.rowsRead, message: `${this.rowsRead} rows read, ${this.#invalid} invalid` });
  }

  async finish(uploads: Plan['uploads']): Promise<Plan> {
    const { tool, type, batch, source, new_batch = false } = this.#head;
    const { store, owner, now } = this.#deps;
    const project = await this.#project();
    const plan: Plan = {
      id: this.#id,
      owner,
      tool,
      type,
      ...(project !== undefined && { project }),
      ...(batch !== undefined && { batch }),
      new_batch,
      source,
      created_at: new Date(now()).toISOString(),
      rows_read: this.rowsRead,
      to_create: this.#toCreate,
      invalid: this.#invalid,
      reasons: this.#frequentReasons(),
      already_there: this.#alreadyThere,
      not_looked_up: this.#notLookedUp,
      uploads,
      ...(this.#sample && { sample: this.#sample.args }),
      digest: this.#digest.digest('hex'),
    };
    await savePlan(store, plan);
    return plan;
  }

  /** Of the batch, where that is all that was named. */
  async #project(): Promise<string | undefined> {
    const { project, batch } = this.#head;
    if (project !== undefined || batch === undefined) return project;
    const found = await this.#deps.path.lookUp('batch', batch);
    const home = found.state === 'found' ? found.object['project'] : undefined;
    return typeof home === 'string' ? home : undefined;
  }

  #count(reason: string, line: number): void {
    const known = this.#reasons.size < MAX_REASONS || this.#reasons.has(reason) ? reason : 'other reasons';
    const seen = this.#reasons.get(known) ?? { count: 0, lines: [] };
    seen.count += 1;
    if (seen.lines.length < MAX_LINES) seen.lines.push(line);
    this.#reasons.set(known, seen);
  }

  #frequentReasons(): Plan['reasons'] {
    return [...this.#reasons]
      .map(([reason, { count, lines }]) => ({ reason, count, lines }))
      .sort((a, b) => b.count - a.count);
  }

  async #withoutExisting(rows: readonly PlanRow[]): Promise<PlanRow[]> {
    if (!this.#head.lookUp) return [...rows];
    if (this.#deps.now() > this.#lookUpUntil) {
      this.#notLookedUp += rows.length;
      return [...rows];
    }
    const answers = await Promise.all([...groupsOf(rows)].map((group) => this.#lookUp(group)));
    return answers.flat();
  }

  async #lookUp(group: readonly PlanRow[]): Promise<PlanRow[]> {
    const existing = await this.#existing(group);
    if (!existing) {
      this.#notLookedUp += group.length;
      return [...group];
    }
    return group.filter(({ unique_id: id }) => {
      const found = existing.get(id);
      if (!found) return true;
      const status = found.status ?? 'unknown';
      this.#alreadyThere[status] = (this.#alreadyThere[status] ?? 0) + 1;
      return false;
    });
  }

  async #existing(group: readonly PlanRow[]): ReturnType<typeof findExisting> {
    try {
      return await findExisting(group, this.#deps.path);
    } catch (error) {
      if (error instanceof ScaleError && error.retryable) return undefined;
      throw error;
    }
  }
}
