import type { Plan } from '../access/consent/plan.ts';
import type { ErrorCode, Untrusted } from '../catalog/tool.ts';
import type { NextStep } from '../catalog/next-step.ts';

/**
 * Whether anything happened at Scale: `not_sent` nothing left this process, `no_effect` Scale was asked and
 * changed nothing, `done` it took effect, `unknown` it may have.
 */
export type Outcome = 'not_sent' | 'no_effect' | 'done' | 'unknown';

/** One argument that was wrong. */
export interface ArgumentIssue {
  path: string;
  message: string;
  sent?: string;
  allowed?: string;
}

interface FailureDetails {
  outcome: Outcome;
  path?: string;
  allowed?: string;
  issues?: readonly ArgumentIssue[];
  example?: Readonly<Record<string, unknown>>;
  retryAfterSeconds?: number;
  scaleSays?: string;
  nextSteps?: readonly NextStep[];
  cause?: unknown;
}

/** A call that failed, in terms a model can act on. */
export class ToolFailure extends Error {
  override name = 'ToolFailure';
  readonly code: ErrorCode;
  readonly details: FailureDetails;

  constructor(code: ErrorCode, message: string, details: FailureDetails) {
    super(message, { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** What the model reads when a call failed. */
export interface ToolErrorBody {
  code: ErrorCode;
  message: string;
  path?: string;
  allowed?: string;
  issues?: readonly ArgumentIssue[];
  example?: Readonly<Record<string, unknown>>;
  retry_after_s?: number;
  /** Scale's own words. */
  scale_says?: Untrusted;
  outcome: Outcome;
  /** What a person is asked to agree to. */
  plan?: Plan;
  /** Where a person can agree, and until when. */
  approve_at?: string;
  expires_at?: string;
  request_id: string;
  next_steps?: readonly NextStep[];
}
