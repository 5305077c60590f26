import type {
  BatchRecord,
  DeliveryRecord,
  FileRecord,
  IdempotencyRecord,
  ProjectRecord,
  ResultRecord,
  TaskRecord,
} from './records.ts';
import type {
  AttemptRecord,
  FixlessAuditRecord,
  GroupRecord,
  MemberRecord,
  QualityTaskRecord,
} from './team.ts';

/** What is kept, by collection and key. */
export interface Collections {
  projects: ProjectRecord;
  batches: BatchRecord;
  tasks: TaskRecord;
  files: FileRecord;
  results: ResultRecord;
  idempotency: IdempotencyRecord;
  deliveries: DeliveryRecord;
  members: MemberRecord;
  groups: GroupRecord;
  qualityTasks: QualityTaskRecord;
  attempts: AttemptRecord;
  fixlessAudits: FixlessAuditRecord;
}

export type CollectionName = keyof Collections;

export const COLLECTION_NAMES: readonly CollectionName[] = [
  'projects',
  'batches',
  'tasks',
  'files',
  'results',
  'idempotency',
  'deliveries',
  'members',
  'groups',
  'qualityTasks',
  'attempts',
  'fixlessAudits',
];

/** One change: the record as it is now, or null when it is gone. */
export interface Put {
  collection: CollectionName;
  key: string;
  value: unknown;
}

/** The data of one key mode. Changes are made in memory at once and reported to `onPut`, in order. */
export class Store {
  readonly projects = new Map<string, ProjectRecord>();
  readonly batches = new Map<string, BatchRecord>();
  /** Oldest first: a task keeps the place it was created at. */
  readonly tasks = new Map<string, TaskRecord>();
  readonly files = new Map<string, FileRecord>();
  readonly results = new Map<string, ResultRecord>();
  readonly idempotency = new Map<string, IdempotencyRecord>();
  readonly deliveries = new Map<string, DeliveryRecord>();
  readonly members = new Map<string, MemberRecord>();
  readonly groups = new Map<string, GroupRecord>();
  readonly qualityTasks = new Map<string, QualityTaskRecord>();
  readonly attempts = new Map<string, AttemptRecord>();
  readonly fixlessAudits = new Map<string, FixlessAuditRecord>();
  readonly #byUniqueId = new Map<string, string>();
  /** Ids of tasks by batch, and how many of them are pending. */
  readonly #byBatch = new Map<string, { ids: Set<string>; pending: number }>();
  readonly #onPut: (put: Put) => void;

  constructor(onPut: (put: Put) => void) {
    this.#onPut = onPut;
  }

  put<N extends CollectionName>(collection: N, key: string, value: Collections[N]): void {
    this.restore(collection, key, value);
    this.#onPut({ collection, key, value });
  }

  remove(collection: CollectionName, key: string): void {
    this[collection].delete(key);
    this.#onPut({ collection, key, value: null });
  }

  /** Like put, without reporting it. */
  restore<N extends CollectionName>(collection: N, key: string, value: Collections[N]): void {
    if (collection === 'tasks') {
      this.#indexUniqueId(key, value);
      this.#indexBatch(key, value);
    }
    const map: { set(key: string, value: Collections[N]): unknown } = this.#collection(collection);
    map.set(key, value);
  }

  taskByUniqueId(uniqueId: string): TaskRecord | undefined {
    const id = this.#byUniqueId.get(uniqueId);
    return id === undefined ? undefined : this.tasks.get(id);
  }

  /** The tasks of a batch, oldest first. */
  *tasksOf(batch: string): Generator<TaskRecord> {
    for (const id of this.#byBatch.get(batch)?.ids ?? []) {
      const task = this.tasks.get(id);
      if (task) yield task;
    }
  }

  /** How many tasks of a batch are pending. */
  pendingOf(batch: string): number {
    return this.#byBatch.get(batch)?.pending ?? 0;
  }

  removeAll(): void {
    for (const name of COLLECTION_NAMES) for (const key of this[name].keys()) this.remove(name, key);
    this.#byUniqueId.clear();
    this.#byBatch.clear();
  }

  #collection<N extends CollectionName>(name: N): Map<string, Collections[N]>;
  #collection(name: CollectionName): unknown {
    return this[name];
  }

  /** A task never changes its batch. */
  #indexBatch(key: string, value: unknown): void {
    if (typeof value !== 'object' || value === null || !('batch' in value) || !('status' in value)) return;
    if (typeof value.batch !== 'string') return;
    const entry = this.#byBatch.get(value.batch) ?? { ids: new Set<string>(), pending: 0 };
    this.#byBatch.set(value.batch, entry);
    const before = this.tasks.get(key);
    entry.pending += Number(value.status === 'pending') - Number(before?.status === 'pending');
    entry.ids.add(key);
  }

  #indexUniqueId(key: string, value: unknown): void {
    const before = this.tasks.get(key)?.uniqueId;
    if (before !== undefined) this.#byUniqueId.delete(before);
    const after =
      typeof value === 'object' && value !== null && 'uniqueId' in value ? value.uniqueId : undefined;
    if (typeof after === 'string') this.#byUniqueId.set(after, key);
  }
}
