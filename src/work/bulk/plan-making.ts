import { createHash } from 'node:crypto';
import { randomId } from '../../random-id.ts';
import { comesAgain, failureOf } from '../jobs/failure.ts';
import { isInvalid, memberOf } from './draft-rows.ts';
import { findExisting, groupsOf } from './find-existing.ts';
import { kindOf } from '../kind-of-reason.ts';
import { invalidRowsOf, rowText, rowsOf, savePlan, thereRowsOf } from './plan.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Owner } from '../jobs/job.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Draft } from './draft-rows.ts';
import type { Existing } from './find-existing.ts';
import type { InvalidRow, Plan, PlanRow, ThereRow } from './plan.ts';

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
  /** What else is done, in a sentence. */
  also?: string;
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
  readonly #reasons = new Map<string, { reason: string; count: number; lines: number[] }>();
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
    const judged = await this.#lookedUp(drafts);
    const invalid = judged.filter(isInvalid);
    const missing = judged.filter((draft): draft is PlanRow => !isInvalid(draft));
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
    const { tool, type, batch, source, also, new_batch = false } = this.#head;
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
      ...(also !== undefined && { also }),
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
    const kind = kindOf(reason);
    const known = this.#reasons.size < MAX_REASONS || this.#reasons.has(kind) ? kind : OTHER;
    const seen = this.#reasons.get(known) ?? {
      reason: known === OTHER ? OTHER : reason,
      count: 0,
      lines: [],
    };
    seen.count += 1;
    if (seen.lines.length < MAX_LINES) seen.lines.push(line);
    this.#reasons.set(known, seen);
  }

  #frequentReasons(): Plan['reasons'] {
    const isOther = ({ reason }: { reason: string }): number => Number(reason === OTHER);
    return [...this.#reasons.values()].sort((a, b) => isOther(a) - isOther(b) || b.count - a.count);
  }

  /** Without what exists already; what exists and is something else cannot be sent. */
  async #lookedUp(drafts: readonly Draft[]): Promise<Draft[]> {
    const rows = drafts.filter((draft): draft is PlanRow => !isInvalid(draft));
    if (!this.#head.lookUp || rows.length === 0) return [...drafts];
    if (this.#deps.now() > this.#lookUpUntil) {
      this.#notLookedUp += rows.length;
      return [...drafts];
    }
    const answers = await Promise.all([...groupsOf(rows)].map((group) => this.#existing(group)));
    const existing = new Map(answers.flatMap((found) => [...found]));
    const there: ThereRow[] = [];
    const judged = drafts.flatMap((draft): Draft[] => {
      if (isInvalid(draft)) return [draft];
      const task = existing.get(draft.unique_id);
      if (!task) return [draft];
      const differing = this.#differences(draft, task);
      if (differing.length > 0) return [takenBy(draft, differing)];
      there.push(thereRow(draft, task));
      return [];
    });
    await this.#keepThere(there);
    return judged;
  }

  #differences(row: PlanRow, task: Existing): readonly string[] {
    const renewed = new Set(row.uploads.map(memberOf));
    return this.#deps.path.differences({ tool: this.#head.tool, arguments: row.args }, task, renewed);
  }

  async #keepThere(rows: readonly ThereRow[]): Promise<void> {
    for (const { status } of rows) this.#alreadyThere[status] = (this.#alreadyThere[status] ?? 0) + 1;
    if (rows.length > 0) await thereRowsOf(this.#deps.store, this.#id).append(rows);
  }

  /** None where Scale does not answer as it should: sending finds those that exist. */
  async #existing(group: readonly PlanRow[]): Promise<Map<string, Existing>> {
    try {
      const found = await findExisting(group, this.#deps.path);
      if (found) return found;
    } catch (error) {
      const failure = failureOf(error);
      if (!failure || !comesAgain(failure, 1)) throw error;
    }
    this.#notLookedUp += group.length;
    return new Map();
  }
}

const OTHER = 'other reasons';

function takenBy({ line, unique_id: id }: PlanRow, differing: readonly string[]): InvalidRow {
  const names = differing.slice(0, 5).join(', ');
  return {
    line,
    reason: `a task with the unique_id "${id}" exists already and is not what this row asks for: ${names} differ; correct the row, or give it another unique_id`,
  };
}

function thereRow({ line, unique_id }: PlanRow, { task_id, status = 'unknown' }: Existing): ThereRow {
  return { line, unique_id, status, ...(task_id !== undefined && { task_id }) };
}
