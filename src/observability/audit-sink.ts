import type { Consequence, Effect, Mode } from '../catalog/vocabulary.ts';
import type { Logger } from './logger.ts';

/** What is known of a call before it is carried out. Never results, contents or keys. */
export interface CallIntent {
  request_id: string;
  /** The work that the call is part of. */
  job?: string;
  principal: string;
  /** Name and version of the MCP client, as far as it says. */
  client?: string;
  tool: string;
  effect: Effect;
  consequences: readonly Consequence[];
  mode: Mode | undefined;
  project?: string;
  /** The `unique_id` or name of what is created: by it the object is found. */
  identity?: string;
  /** Of a task that is created: by it the operator's rate is known. */
  task_type?: string;
  /** SHA-256 of the arguments, and the arguments without content. */
  digest: string;
  args: unknown;
}

/** What is kept of every call, refused and failed ones included. */
export interface CallRecord extends CallIntent {
  /** `ok`, or the error code of the answer. */
  result: string;
  /** Whether anything happened at Scale. */
  outcome: 'not_sent' | 'no_effect' | 'done' | 'unknown';
  duration_ms: number;
  /** Ids and names at Scale that the answer is about. */
  touched?: readonly string[];
  /** How often it was tried, when more than once. */
  attempts?: number;
}

/** What a person said to a question outside the protocol. */
export interface AnswerRecord {
  request_id: string;
  /** Whose call it is about. */
  principal: string;
  tool: string;
  digest: string;
  project?: string;
  answer: 'yes' | 'no';
  /** The page of this machine, or the console. */
  through: 'page' | 'console';
  /** Who was signed in there. */
  by?: string;
}

/** Where records go. */
export interface AuditSink {
  /**
   * Kept before a call with an effect is sent.
   *
   * @throws when it cannot be kept and nothing may be sent unrecorded
   */
  recordIntent(call: CallIntent): Promise<void>;
  /** Never throws: a call that succeeded is reported as such. */
  record(call: CallRecord): Promise<void>;
}

/**
 * Writes each record as one log line. A record is made of named members, none of which holds a key: looking for them in
 * every one would cost more than writing the line.
 */
export function loggingSink(logger: Logger): AuditSink {
  const records = logger.child({}, { redact: [] });
  return {
    recordIntent: async () => undefined,
    async record({ args: _args, digest: _digest, ...call }) {
      const level = call.result !== 'ok' ? 'warn' : call.job === undefined ? 'info' : 'debug';
      records[level](call, `${call.tool} ${call.result}`);
    },
  };
}

/** One after the other; the first that cannot keep an intent stops the call. */
export function allSinks(...trails: readonly AuditSink[]): AuditSink {
  return {
    async recordIntent(call) {
      for (const auditSink of trails) await auditSink.recordIntent(call);
    },
    async record(call) {
      await Promise.all(trails.map((auditSink) => auditSink.record(call)));
    },
  };
}
