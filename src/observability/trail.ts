import type { Consequence, Effect, Mode } from '../catalog/vocabulary.ts';
import type { Logger } from './logger.ts';

/** What is kept of every call, refused and failed ones included. Never arguments, results or keys. */
export interface CallRecord {
  request_id: string;
  principal: string;
  tool: string;
  effect: Effect;
  consequences: readonly Consequence[];
  mode: Mode | undefined;
  /** `ok`, or the error code of the answer. */
  result: string;
  /** Whether anything happened at Scale. */
  outcome: 'not_sent' | 'no_effect' | 'done' | 'unknown';
  duration_ms: number;
  /** The task, batch, project or file that the call was about, when known. */
  object?: string;
}

/** Where records go. Implementations must not throw: a call that succeeded is reported as such. */
export interface Trail {
  record(call: CallRecord): void;
}

/** Writes each record as one log line. */
export function loggingTrail(logger: Logger): Trail {
  return {
    record: (call) => logger[call.result === 'ok' ? 'info' : 'warn'](call, `${call.tool} ${call.result}`),
  };
}
