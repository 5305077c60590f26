import { attachmentUrls, inspectAttachment } from './attachments.ts';
import { draw } from './behaviour.ts';
import { attachmentFailure, failureOf } from './failures.ts';
import { LabelerPool } from './labeler-pool.ts';
import { batchView } from './batch-view.ts';
import { labelImage } from './labelers/image-annotation.ts';
import { labelOther } from './labelers/other-types.ts';
import { Files } from './labelers/result-file.ts';
import { timestamp } from './clock.ts';
import { taskView } from './task-view.ts';
import type { Behaviour } from './behaviour.ts';
import type { Agenda } from './agenda.ts';
import type { FailedAttachment } from './attachments.ts';
import type { Callbacks } from './callbacks.ts';
import type { Clock } from './clock.ts';
import type { FileContents } from './file-contents.ts';
import type { JsonObject } from './json.ts';
import type { DataSet } from './keys.ts';
import type { Size } from './labelers/shapes.ts';
import type { BatchRecord, TaskRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

export interface LifecycleDeps {
  set: DataSet;
  store: Store;
  clock: Clock;
  agenda: Agenda;
  callbacks: Callbacks;
  contents: FileContents;
  behaviour: Behaviour;
  /** Milliseconds from release to completion, at most. */
  turnaroundMs: number;
  origin: () => string;
  flush: () => Promise<void>;
}

/** Labelers take this share of the turnaround at least; they begin after half of their time. */
const QUICKEST = 0.6;
const BEGIN_AFTER = 0.5;

/** What happens to tasks and batches over time. */
export class Lifecycle {
  readonly #deps: LifecycleDeps;
  readonly #pool: LabelerPool;

  constructor(deps: LifecycleDeps) {
    this.#deps = deps;
    this.#pool = new LabelerPool(
      () => deps.behaviour.current.labelers,
      (taskId) => isPrioritized(deps.store, taskId),
    );
  }

  /** A new task: test tasks are done at once, live ones when a labeler had them, and only once released. */
  async begin(task: TaskRecord): Promise<TaskRecord> {
    if (this.#deps.set === 'test') return this.finish(task.id);
    const batch = task.batch === undefined ? undefined : this.#deps.store.batches.get(task.batch);
    if (batch?.status === 'completed') this.#deps.store.put('batches', batch.name, reopened(batch));
    return batch?.status === 'staging' ? task : this.release(task);
  }

  /** Hands a task to a labeler; the time it takes is the same for the same task, and differs between tasks. */
  release(task: TaskRecord): TaskRecord {
    return this.#pool.take(task.id) ? this.#handOut(task) : task;
  }

  /** What a restart found unfinished goes on: started tasks end when they were to, released ones wait for somebody. */
  resume(task: TaskRecord): void {
    if (task.status !== 'pending') return;
    if (task.endsAt !== undefined) {
      this.#pool.resume();
      this.#schedule(task);
    } else if (!this.#isStaged(task)) this.release(task);
  }

  /** Whoever is free takes the next tasks that are still to be done. */
  handOutWaiting(): void {
    const { store } = this.#deps;
    for (let next = this.#pool.next(); next !== undefined; next = this.#pool.next()) {
      const task = store.tasks.get(next);
      if (task?.status === 'pending') this.release(task);
    }
  }

  /** A customer accepts or rejects what was done; the callback says so. */
  audit(task: TaskRecord, { accepted, comments }: { accepted: boolean; comments: string | undefined }): void {
    const now = this.#deps.clock.now();
    const result = accepted ? 'accepted' : 'rejected';
    const entry = {
      audited_by: 'ada@example.com',
      audited_at: timestamp(now),
      audit_time_secs: 1,
      audit_result: result,
    };
    const audited: TaskRecord = {
      ...task,
      updatedAt: now,
      reviewStatus: result,
      audits: [...task.audits, entry],
      reviewComments: comments === undefined ? task.reviewComments : [...task.reviewComments, comments],
    };
    this.#deps.store.put('tasks', task.id, audited);
    this.announce(audited);
  }

  /** Everything is forgotten. */
  reset(): void {
    this.#pool.clear();
  }

  /** A labeler of a pool begins at once; where there are as many as tasks, each looks at it a little later. */
  #handOut(task: TaskRecord): TaskRecord {
    const { store, clock, turnaroundMs, behaviour } = this.#deps;
    const duration = turnaroundMs * (QUICKEST + (1 - QUICKEST) * draw(task.id));
    const now = clock.now();
    const begins = behaviour.current.labelers === null ? duration * BEGIN_AFTER : 0;
    const released = { ...task, startsAt: now + begins, endsAt: now + duration };
    store.put('tasks', task.id, released);
    this.#schedule(released);
    return released;
  }

  #schedule(task: TaskRecord): void {
    if (task.endsAt === undefined) return;
    this.#deps.agenda.add(task.endsAt, async () => {
      await this.finish(task.id);
      this.#pool.leave();
      this.handOutWaiting();
      await this.#deps.flush();
    });
  }

  #isStaged({ batch }: TaskRecord): boolean {
    return batch !== undefined && this.#deps.store.batches.get(batch)?.status === 'staging';
  }

  /** Releases every task of a staging batch. */
  releaseBatch(batch: BatchRecord): BatchRecord {
    const { store } = this.#deps;
    const released: BatchRecord = { ...batch, status: 'in_progress' };
    store.put('batches', batch.name, released);
    for (const task of store.tasksOf(batch.name)) {
      if (task.status === 'pending' && task.startsAt === undefined) this.release(task);
    }
    return released;
  }

  /** The labeler's answer, or an error when an attachment cannot be had. A task that is not pending stays as it is. */
  async finish(taskId: string): Promise<TaskRecord> {
    const { store } = this.#deps;
    const task = store.tasks.get(taskId);
    if (!task) throw new Error(`no task ${taskId}`);
    const work = await this.#work(task);
    const current = store.tasks.get(taskId) ?? task;
    if (current.status !== 'pending') return current;
    const done = this.#settled(current, work);
    store.put('tasks', taskId, done);
    this.announce(done);
    this.#completeBatch(done.batch);
    this.#followUp(done);
    return store.tasks.get(taskId) ?? done;
  }

  /** Sends the task's callback, if it has one. */
  announce(task: TaskRecord): void {
    if (task.callbackUrl === undefined) return;
    const view = taskView(task, this.#deps.set);
    const body = { task_id: task.id, status: task.status, response: task.response ?? {}, task: view };
    this.#deps.callbacks.enqueue({ url: task.callbackUrl, body, taskId: task.id });
  }

  /** What becomes of completed tasks later on: some are taken back, some are audited. */
  #followUp(task: TaskRecord): void {
    const { agenda, behaviour, clock, store, turnaroundMs } = this.#deps;
    if (task.status !== 'completed' || task.priorResponses) return;
    const { recalls, audits } = behaviour.current;
    const later = (ms: number, act: (now: TaskRecord) => void): void =>
      agenda.add(clock.now() + ms, async () => {
        const now = store.tasks.get(task.id);
        if (now?.status === 'completed') act(now);
        await this.#deps.flush();
      });
    if (draw(`recall ${task.id}`) < recalls) later(turnaroundMs, (now) => this.recall(now));
    const drawn = draw(`audit ${task.id}`);
    if (drawn < audits) {
      const accepted = drawn >= audits / 3;
      const comments = accepted ? undefined : 'Something is missing.';
      later(turnaroundMs / 2, (now) => this.audit(now, { accepted, comments }));
    }
  }

  /** Scale takes a completed task back: its answer is kept as a prior one, and a labeler does it again. */
  recall(task: TaskRecord): TaskRecord {
    const { response, completedAt: _completedAt, ...rest } = task;
    const priorResponses = [...(task.priorResponses ?? []), ...(response ? [response] : [])];
    const recalled: TaskRecord = {
      ...rest,
      status: 'pending',
      updatedAt: this.#deps.clock.now(),
      priorResponses,
    };
    this.#deps.store.put('tasks', task.id, recalled);
    this.announce(recalled);
    return this.release(recalled);
  }

  /** After a task left `pending` for good: a batch whose tasks are all settled is complete. */
  settle(task: TaskRecord): void {
    this.#completeBatch(task.batch);
  }

  async #work(task: TaskRecord): Promise<{ failure: JsonObject } | { response: JsonObject }> {
    const { store, contents, behaviour } = this.#deps;
    const cause = behaviour.causeFor(task.params);
    if (cause !== undefined) return { failure: failureOf(cause, task.params) };
    const failed: FailedAttachment[] = [];
    let size: Size | undefined;
    for (const url of attachmentUrls(task.params)) {
      const found = await inspectAttachment(url, store, contents);
      if ('failure' in found) failed.push(found.failure);
      else size ??= found.size;
    }
    if (failed.length > 0) return { failure: attachmentFailure(failed) };
    if (task.type === 'imageannotation') {
      return { response: labelImage(task.params, size ?? { width: 1_920, height: 1_080 }) };
    }
    return { response: this.#otherResponse(task, size ?? { width: 1_920, height: 1_080 }) };
  }

  #otherResponse(task: TaskRecord, image: Size): JsonObject {
    const urlFor = (id: string): string => `${this.#deps.origin()}/v1/task/${task.id}/response_url/${id}`;
    const work = { params: task.params, image, files: new Files(urlFor, task.id), seed: task.id };
    const { response, files } = labelOther(task.type, work);
    for (const { id, contentType, body } of files) {
      this.#deps.store.put('results', id, {
        id,
        taskId: task.id,
        contentType,
        body: body.toString('base64'),
      });
    }
    return response;
  }

  #settled(task: TaskRecord, work: { failure: JsonObject } | { response: JsonObject }): TaskRecord {
    const now = this.#deps.clock.now();
    if ('response' in work) {
      return { ...task, status: 'completed', response: work.response, completedAt: now, updatedAt: now };
    }
    const { uniqueId, ...rest } = task;
    return {
      ...rest,
      ...(uniqueId !== undefined && !task.clearUniqueIdOnError && { uniqueId }),
      status: 'error',
      updatedAt: now,
      response: work.failure,
    };
  }

  #completeBatch(name: string | undefined): void {
    const { store, clock, callbacks } = this.#deps;
    const batch = name === undefined ? undefined : store.batches.get(name);
    if (!batch || batch.status !== 'in_progress') return;
    if (store.pendingOf(batch.name) > 0) return;
    const completed: BatchRecord = { ...batch, status: 'completed', completedAt: clock.now() };
    store.put('batches', batch.name, completed);
    // The form of Scale's batch callback is not known; this is an assumption.
    if (batch.callback !== '') {
      callbacks.enqueue({ url: batch.callback, body: { batch: batchView(completed) }, batch: batch.name });
    }
  }
}

/** Tasks of a batch with a high priority are taken before those that wait longer. */
function isPrioritized(store: Store, taskId: string): boolean {
  const batch = store.tasks.get(taskId)?.batch;
  return batch !== undefined && (store.batches.get(batch)?.priority ?? 0) >= 30;
}

function reopened({ completedAt: _completedAt, ...batch }: BatchRecord): BatchRecord {
  return { ...batch, status: 'in_progress' };
}
