import type { Question } from '../access/consent/questions.ts';
import type { LimitLeft } from '../access/limits/call-limits.ts';
import type { JobOverview } from '../work/jobs/job-overview.ts';
import type { AuditView } from './data/audit-totals.ts';
import type { Viewer } from './data/sight.ts';

/** A batch with the tasks in it, as far as it was asked for. */
export interface BatchLine {
  name: string;
  project: string | undefined;
  status: string | undefined;
  created_at: string | undefined;
  counts?: { pending: number; completed: number; error: number; canceled: number } | undefined;
}

/** Batches at Scale, as they were when Scale was asked last. */
export interface BatchesView {
  /** Milliseconds since 1970; undefined before the first answer. */
  readAt: number | undefined;
  batches: readonly BatchLine[];
  /** How many there are. */
  total: number | undefined;
  /** Why they could not be read, or not all, in a sentence. */
  trouble: string | undefined;
}

/** Rates and caps of the operator, each for one principal. */
export interface Money {
  currency: string;
  rates: Readonly<Record<string, number>>;
  spendPerDay: number | undefined;
  billablePerDay: number;
}

/** All that one viewer is shown at one moment. */
export interface ConsoleView {
  viewer: Viewer;
  /** Milliseconds since 1970. */
  now: number;
  /** Whether the viewer has signed in; otherwise they sit at this machine. */
  isSignedIn: boolean;
  questions: readonly Question[];
  /** Questions that wait for others, by principal; for those who see all. */
  othersAsked: Readonly<Record<string, number>>;
  jobs: readonly JobOverview[];
  /** Why jobs cannot be read. */
  jobsTrouble: string | undefined;
  batches: BatchesView;
  /** Undefined where there is no audit. */
  audit: AuditView | undefined;
  /** How much of the audit has been read, from 0 to 1. */
  auditRead: number;
  limits: readonly LimitLeft[];
  money: Money;
  /** Part of the page only: a form without it is not the page's. */
  formToken: string;
}
