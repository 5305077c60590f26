import { parseDocument } from '../../json/parse-document.ts';
import { FAILED } from './item-records.ts';
import { Job, hasEnded, withoutItsProcess } from './job.ts';
import { failuresOf, standingOf } from './job-view.ts';
import type { FailureGroup, JobView } from '../../catalog/work/jobs.ts';
import type { ProjectScope } from '../../access/project-scope.ts';
import type { StateDatabase } from '../../state/state-database.ts';

/** Jobs that an overview holds: what has not ended, and what has ended last. */
const MOST_OPEN = 50;
const MOST_ENDED = 15;

/** Failures of a job that are grouped; a hundred thousand would keep everybody waiting. */
const MOST_FAILURES = 5_000;

/** How often the failures of a job that goes on are grouped anew: there may be many. */
const FAILURES_MS = 10_000;

/** A job as whoever runs the server sees it. */
export interface JobOverview extends Omit<JobView, 'kept_until' | 'items_file'> {
  principal: string;
  /** Whether it is the viewer's own, with the key that they use: only then can they cancel it. */
  isOwn: boolean;
}

/** Whose jobs are wanted: with `seesAll` those of everybody. */
export interface OverviewScope {
  principal: string;
  keyId: string;
  seesAll: boolean;
  projects?: ProjectScope | undefined;
}

type Grouped = { failed: number; at: number; groups: FailureGroup[] };

/** What runs, and what has ended lately; read from the database, and nothing is set in motion by it. */
export class JobsOverview {
  readonly #database: StateDatabase;
  readonly #now: () => number;
  #failures = new Map<string, Grouped>();

  constructor(database: StateDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** The newest first, those that have not ended in front. */
  async list(scope: OverviewScope): Promise<JobOverview[]> {
    const jobs = [...(await this.#read(scope, 'open')), ...(await this.#read(scope, 'ended'))];
    const seen = jobs.filter(({ project }) => isInScope(scope, project));
    const views = await Promise.all(seen.map((job) => this.#view(job, scope)));
    const kept = new Set(seen.map(({ id }) => id));
    if (this.#failures.size > 4 * (MOST_OPEN + MOST_ENDED))
      this.#failures = new Map([...this.#failures].filter(([id]) => kept.has(id)));
    return views;
  }

  async #read({ principal, keyId, seesAll }: OverviewScope, which: 'open' | 'ended'): Promise<Job[]> {
    const { db } = this.#database;
    const isOpen = which === 'open';
    const states = isOpen ? ['queued', 'running', 'waiting'] : ['done', 'failed', 'cancelled'];
    const all = db.selectFrom('jobs').select('document').where('state', 'in', states);
    const own = seesAll ? all : all.where('principal', '=', principal).where('key_id', '=', keyId);
    const rows = await (
      isOpen
        ? own.orderBy('created_at', 'desc').limit(MOST_OPEN)
        : own.orderBy('updated_ms', 'desc').limit(MOST_ENDED)
    ).execute();
    return rows.flatMap(({ document }) => Job.safeParse(parseDocument(document)).data ?? []);
  }

  async #view(written: Job, scope: OverviewScope): Promise<JobOverview> {
    const job = await this.#asItStands(written);
    const { owner, counts } = job;
    const failed = counts[FAILED] ?? 0;
    return {
      ...standingOf(job),
      principal: owner.principal,
      isOwn: owner.principal === scope.principal && owner.keyId === scope.keyId,
      ...(failed > 0 && { failures: await this.#failuresOf(job, failed) }),
    };
  }

  /** What was left by a process that is gone is not said to be running. */
  async #asItStands(job: Job): Promise<Job> {
    if (job.state !== 'running' || (await this.#database.leases.isHeld(job.id))) return job;
    return withoutItsProcess(job);
  }

  async #failuresOf(job: Job, failed: number): Promise<FailureGroup[]> {
    const known = this.#failures.get(job.id);
    const isFresh = known && !hasEnded(job) && this.#now() - known.at < FAILURES_MS;
    if (known && (isFresh === true || known.failed === failed)) return known.groups;
    const groups = await failuresOf(job.id, this.#database, MOST_FAILURES);
    this.#failures.set(job.id, { failed, at: this.#now(), groups });
    return groups;
  }
}

function isInScope({ projects }: OverviewScope, project: string | undefined): boolean {
  return projects === undefined || (project !== undefined && projects.allows(project));
}
