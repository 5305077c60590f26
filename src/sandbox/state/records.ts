import type { JsonObject } from '../json.ts';

type TaskStatus = 'pending' | 'completed' | 'canceled' | 'error';
type BatchStatus = 'staging' | 'in_progress' | 'completed';

/** A task with what Scale shows of it under `task`, and what only the sandbox needs beside it. */
export interface TaskRecord {
  id: string;
  type: string;
  status: TaskStatus;
  /** Milliseconds since the epoch, here and below. */
  createdAt: number;
  updatedAt: number;
  completedAt?: number;
  project?: string;
  batch?: string;
  uniqueId?: string;
  clearUniqueIdOnError: boolean;
  tags?: string[];
  metadata: JsonObject;
  instruction?: string;
  callbackUrl?: string;
  callbackSucceeded?: boolean;
  priority: number;
  params: JsonObject;
  paramVersion?: number;
  response?: JsonObject;
  /** Answers from before a recall. */
  priorResponses?: JsonObject[];
  audits: JsonObject[];
  reviewStatus?: string;
  reviewComments: string[];
  /** When a simulated labeler starts and ends; unset while the task's batch is staging. */
  startsAt?: number;
  endsAt?: number;
}

export interface BatchRecord {
  name: string;
  project: string;
  status: BatchStatus;
  createdAt: number;
  completedAt?: number;
  lastAuditedAt?: number;
  callback: string;
  metadata: JsonObject;
  calibration: boolean;
  selfLabel: boolean;
  priority?: number;
  /** Names of groups, or e-mail addresses for groups of one. */
  groups?: string[];
  /** Place in the queue of a Studio team, from 1; unset for the default order. */
  studioPriority?: number;
}

/** One version of a project's parameters; the last one is in force. */
export interface ParamVersion {
  version: number;
  createdAt: number;
  params: JsonObject;
}

export interface ProjectRecord {
  name: string;
  type: string;
  createdAt: number;
  archived: boolean;
  product: 'enterprise' | 'rapid' | 'studio';
  extra: JsonObject;
  versions: ParamVersion[];
  ontologies: JsonObject[];
}

export interface FileRecord {
  id: string;
  createdAt: number;
  name: string;
  mimeType: string;
  /** Bytes; unknown for an imported URL that cannot be reached from here. */
  size?: number;
  /** Where the content came from when it is not stored here. */
  sourceUrl?: string;
  projects: string[];
  referenceId?: string;
  metadata: JsonObject;
}

/** A stored result that does not fit into a task. */
export interface ResultRecord {
  id: string;
  taskId: string;
  contentType: string;
  /** The body as base64. */
  body: string;
}

/** The first answer to a request with an Idempotency-Key. */
export interface IdempotencyRecord {
  key: string;
  digest: string;
  taskId: string;
}

/** A callback that is still to be delivered. */
export interface DeliveryRecord {
  id: string;
  taskId?: string;
  batch?: string;
  url: string;
  body: JsonObject;
  attempts: number;
  dueAt: number;
}
