import { setTimeout as sleep } from 'node:timers/promises';
import { AuditFollower } from '../../observability/audit/follow-audit.ts';
import { readAuditLine } from './audit-line.ts';
import { AuditTotals, DAYS, DAY_MS, dayOf } from './audit-totals.ts';
import { BatchWatch } from './batch-watch.ts';
import { maySee } from './sight.ts';
import type { Caller } from '../../access/caller.ts';
import type { Question, Questions } from '../../access/consent/questions.ts';
import type { CallLimits, LimitLeft } from '../../access/limits/call-limits.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Invoker } from '../../invocation/invoke.ts';
import type { JobOverview } from '../../work/jobs/job-overview.ts';
import type { ConsoleView, Money } from '../view.ts';

/** Milliseconds that a page waits for the audit. */
const PATIENCE_MS = 250;

/** Viewers whose batches are remembered. */
const MAX_WATCHES = 100;

export interface Sources {
  invoke: Invoker;
  findTool: (name: string) => Tool | undefined;
  questions: Questions;
  limits: CallLimits;
  jobs: (scope: { caller: Caller; seesAll: boolean }) => Promise<JobOverview[]>;
  /** Undefined where there is no audit. */
  auditDirectory: string | undefined;
  money: Money;
  now: () => number;
}

/** Puts together what a viewer may see: from the state and the audit at once, from Scale as it was asked last. */
export class Gatherer {
  readonly #sources: Sources;
  readonly #totals = new AuditTotals();
  readonly #audit: AuditFollower | undefined;
  readonly #watches = new Map<string, BatchWatch>();

  constructor(sources: Sources) {
    this.#sources = sources;
    const { auditDirectory: directory, now } = sources;
    this.#audit =
      directory === undefined
        ? undefined
        : new AuditFollower(directory, {
            since: (dayOf(now()) - DAYS + 1) * DAY_MS,
            now,
            take: (line) => {
              const record = readAuditLine(line);
              if (record) this.#totals.add(record);
            },
          });
  }

  async view(caller: Caller): Promise<Omit<ConsoleView, 'isSignedIn' | 'formToken'>> {
    const { now, money } = this.#sources;
    await this.#readAudit();
    const jobs = await this.#jobs(caller);
    const audit = this.#audit && this.#totals.view(caller, now());
    const projects = new Set([
      ...jobs.jobs.flatMap(({ project }) => project ?? []),
      ...(audit?.recent ?? []).flatMap(({ project }) => project ?? []),
    ]);
    return {
      viewer: caller,
      now: now(),
      ...(await this.#questions(caller)),
      ...jobs,
      batches: this.#watchOf(caller).current(
        caller,
        [...projects].filter((one) => caller.projects?.allows(one) !== false),
      ),
      audit,
      auditRead: this.#shareRead(),
      limits: await this.#limits(caller),
      money,
    };
  }

  close(): void {
    this.#audit?.stop();
  }

  /** Has what was added read, and waits for it as long as nobody minds: the first reading of a long file takes a while. */
  async #readAudit(): Promise<void> {
    const read = this.#audit?.read().catch(() => undefined); // the disk may be away; what is known stands
    await Promise.race([read, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }

  #shareRead(): number {
    const { read, total } = this.#audit?.soFar() ?? { read: 1, total: 1 };
    // What is written while this is asked for is no reading of the past.
    return total - read < 1_000_000 ? 1 : read / total;
  }

  async #jobs(caller: Caller): Promise<Pick<ConsoleView, 'jobs' | 'jobsTrouble'>> {
    try {
      const jobs = await this.#sources.jobs({ caller, seesAll: caller.seesAll === true });
      return { jobs, jobsTrouble: undefined };
    } catch (error) {
      return { jobs: [], jobsTrouble: error instanceof Error ? error.message : String(error) };
    }
  }

  async #questions(caller: Caller): Promise<Pick<ConsoleView, 'questions' | 'othersAsked'>> {
    const waiting = await this.#sources.questions.waiting();
    const mine = waiting.filter(({ principal }) => principal === caller.principal);
    const othersAsked: Record<string, number> = {};
    for (const question of waiting) {
      if (mine.includes(question) || !maySee(caller, ownedBy(question))) continue;
      othersAsked[question.principal] = (othersAsked[question.principal] ?? 0) + 1;
    }
    return { questions: mine.filter((question) => maySee(caller, ownedBy(question))), othersAsked };
  }

  async #limits({ principal }: Caller): Promise<LimitLeft[]> {
    return this.#sources.limits.left(principal).catch(() => []);
  }

  #watchOf(caller: Caller): BatchWatch {
    const id = JSON.stringify([caller.principal, caller.role, caller.projects?.words]);
    const known = this.#watches.get(id);
    if (known) return known;
    const [oldest] = this.#watches.keys();
    if (this.#watches.size >= MAX_WATCHES && oldest !== undefined) this.#watches.delete(oldest);
    const { invoke, findTool, now, limits } = this.#sources;
    const watch = new BatchWatch({
      invoke,
      findTool,
      now,
      async hasCallsLeft(principal, calls) {
        const [perMinute] = await limits.left(principal).catch(() => []);
        return perMinute === undefined || perMinute.left - calls >= perMinute.allowed / 2;
      },
    });
    this.#watches.set(id, watch);
    return watch;
  }
}

function ownedBy({ principal, plan }: Question): { principal: string; project?: string } {
  return { principal, ...(plan.project !== undefined && { project: plan.project }) };
}
