import { createHash } from 'node:crypto';
import { randomId } from '../../catalog/random-id.ts';
import { comesAgain, failureOf } from '../jobs/failure.ts';
import { CountedFacts } from './counted-facts.ts';
import { CountedReasons } from './counted-reasons.ts';
import { doubtOf } from './doubtful-urls.ts';
import { isInvalid, memberOf } from './draft-rows.ts';
import { findExisting, groupsOf } from './find-existing.ts';
import { SHOWN_ATTACHMENTS, attachmentsOf } from '../../access/consent/task-facts.ts';
import { isRecord } from '../../responses/compact.ts';
import { PlanRows, rowText, savePlan, startPlan } from './plan.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Owner } from '../jobs/job.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { RowBatches } from './row-batches.ts';
import type { Draft } from './draft-rows.ts';
import type { Existing } from './find-existing.ts';
import type { InvalidRow, Plan, PlanRow, RowList, ThereRow } from './plan.ts';

/** Hosts give up after a minute: what has not been looked up by then is found when it is sent. */
const LOOK_UP_MS = 35_000;

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
  database: StateDatabase;
  owner: Owner;
  scale: ScaleAccess;
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
  readonly #reasons = new CountedReasons();
  readonly #doubts = new CountedReasons();
  readonly #facts = new CountedFacts();
  readonly #alreadyThere: Record<string, number> = {};
  readonly #lookUpUntil: number;
  /** Tasks to create by the batch that they go to. */
  readonly #perBatch = new Map<string, number>();
  /** Bytes of each file that is uploaded; those of rows that are not sent are not. */
  readonly #files = new Map<string, number>();
  #toCreate = 0;
  #invalid = 0;
  #notLookedUp = 0;
  #sample: PlanRow | undefined;
  readonly #attachments: string[] = [];
  readonly #rows: Readonly<Record<RowList, PlanRows>>;
  #started: Promise<void> | undefined;

  constructor(head: PlanHead, deps: PlanDeps) {
    this.#head = head;
    this.#deps = deps;
    const rows = (list: RowList): PlanRows => new PlanRows(deps.database, this.#id, list);
    this.#rows = { rows: rows('rows'), invalid: rows('invalid'), existing: rows('existing') };
    this.#lookUpUntil = performance.now() + LOOK_UP_MS;
  }

  async take(drafts: readonly Draft[]): Promise<void> {
    const checked = await this.#lookedUp(drafts);
    const invalid = checked.filter(isInvalid);
    const missing = checked.filter((draft): draft is PlanRow => !isInvalid(draft));
    for (const row of missing) this.#digest.update(rowText(row));
    this.#sample ??= missing[0];
    for (const row of missing) {
      if (this.#attachments.length >= SHOWN_ATTACHMENTS) break;
      const files = row.uploads.map(({ file }) => file);
      this.#attachments.push(...(files.length > 0 ? files : attachmentsOf(row.args)));
    }
    this.#toCreate += missing.length;
    for (const row of missing) {
      this.#countBatch(batchOf(row.args));
      this.#facts.add(row.args);
      for (const { file, bytes } of row.uploads) this.#files.set(file, bytes);
      const doubt = doubtOf(this.#head.type, row);
      if (doubt !== undefined) this.#doubts.add(doubt, row.line);
    }
    this.#invalid += invalid.length;
    for (const { line, reason } of invalid) this.#reasons.add(reason, line);
    const { report } = this.#deps;
    await this.#append('rows', missing);
    await this.#append('invalid', invalid);
    report({ progress: this.rowsRead, message: `${this.rowsRead} rows read, ${this.#invalid} invalid` });
  }

  async finish(batches?: RowBatches, prelabels?: Plan['prelabels']): Promise<Plan> {
    const { tool, type, batch, source, also, new_batch = false } = this.#head;
    const { database, owner, now } = this.#deps;
    const project = await this.#project();
    const filled = batches?.all(this.#perBatch);
    const plan: Plan = {
      id: this.#id,
      owner,
      tool,
      type,
      ...(project !== undefined && { project }),
      ...(batch !== undefined && { batch }),
      new_batch,
      ...(filled && { batches: filled }),
      source,
      ...(also !== undefined && { also }),
      created_at: new Date(now()).toISOString(),
      rows_read: this.rowsRead,
      to_create: this.#toCreate,
      invalid: this.#invalid,
      reasons: this.#reasons.frequent(),
      doubts: this.#doubts.frequent(),
      ...(prelabels && { prelabels }),
      already_there: this.#alreadyThere,
      not_looked_up: this.#notLookedUp,
      uploads: {
        files: this.#files.size,
        bytes: [...this.#files.values()].reduce((sum, bytes) => sum + bytes, 0),
      },
      asks: this.#facts.lines(),
      ...(this.#sample && { sample: this.#sample.args }),
      attachments: this.#attachments.slice(0, SHOWN_ATTACHMENTS),
      digest: this.#digest.digest('hex'),
    };
    await this.#start();
    await savePlan(database, plan);
    return plan;
  }

  async #append(list: RowList, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#start();
    await this.#rows[list].append(rows);
  }

  /** IdempotentCreate, with the first row: rows belong to a plan that is there. */
  #start(): Promise<void> {
    this.#started ??= startPlan(this.#deps.database, this.#id, this.#deps.owner);
    return this.#started;
  }

  /** Of the batch, where that is all that was named. */
  async #project(): Promise<string | undefined> {
    const { project, batch } = this.#head;
    if (project !== undefined || batch === undefined) return project;
    const found = await this.#deps.scale.lookUp('batch', batch);
    const named = found.state === 'found' ? found.object['project'] : undefined;
    return typeof named === 'string' ? named : undefined;
  }

  #countBatch(batch: string | undefined): void {
    if (batch !== undefined) this.#perBatch.set(batch, (this.#perBatch.get(batch) ?? 0) + 1);
  }

  /** Without what exists already; what exists and is something else cannot be sent. */
  async #lookedUp(drafts: readonly Draft[]): Promise<Draft[]> {
    const rows = drafts.filter((draft): draft is PlanRow => !isInvalid(draft));
    if (!this.#head.lookUp || rows.length === 0) return [...drafts];
    if (performance.now() > this.#lookUpUntil) {
      this.#notLookedUp += rows.length;
      return [...drafts];
    }
    const answers = await Promise.all([...groupsOf(rows)].map((group) => this.#existing(group)));
    const existing = new Map(answers.flatMap((found) => [...found]));
    const there: ThereRow[] = [];
    const checked = drafts.flatMap((draft): Draft[] => {
      if (isInvalid(draft)) return [draft];
      const task = existing.get(draft.unique_id);
      if (!task) return [draft];
      const differing = this.#differences(draft, task);
      if (differing.length > 0) return [takenBy(draft, differing)];
      there.push(thereRow(draft, task));
      return [];
    });
    await this.#keepThere(there);
    return checked;
  }

  #differences(row: PlanRow, task: Existing): readonly string[] {
    const renewed = new Set(row.uploads.map(memberOf));
    return this.#deps.scale.differences({ tool: this.#head.tool, arguments: row.args }, task, renewed);
  }

  async #keepThere(rows: readonly ThereRow[]): Promise<void> {
    for (const { status } of rows) this.#alreadyThere[status] = (this.#alreadyThere[status] ?? 0) + 1;
    await this.#append('existing', rows);
  }

  /** None where Scale does not answer as it should: sending finds those that exist. */
  async #existing(group: readonly PlanRow[]): Promise<Map<string, Existing>> {
    try {
      const found = await findExisting(group, this.#deps.scale);
      if (found) return found;
    } catch (error) {
      const failure = failureOf(error);
      if (!failure || !comesAgain(failure, 1)) throw error;
    }
    this.#notLookedUp += group.length;
    return new Map();
  }
}

function batchOf(args: Readonly<Record<string, unknown>>): string | undefined {
  const { batch, params } = args;
  const named = batch ?? (isRecord(params) ? params['batch'] : undefined);
  return typeof named === 'string' ? named : undefined;
}

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
