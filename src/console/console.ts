import { createHmac } from 'node:crypto';
import { CONSOLE_CLIENT } from './client-name.ts';
import { Gatherer } from './data/gather.ts';
import { LiveFeed } from './live-feed.ts';
import { sectionsOf } from './page.ts';
import { isRecord } from '../responses/compact.ts';
import { Sessions } from './session.ts';
import { maySee } from './data/sight.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Caller } from '../access/caller.ts';
import type { Question } from '../access/consent/questions.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { InvocationResult } from '../invocation/invoke.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Logger } from '../observability/logger.ts';
import type { Assets } from './assets.ts';
import type { Sources } from './data/gather.ts';
import type { Said } from './page.ts';
import type { ConsoleView } from './view.ts';

/** Tokens that are wrong, from one address in a minute. */
const WRONG_TOKENS = { points: 20, seconds: 60 } as const;

/** Cancellations that wait for a yes. */
const MAX_PENDING = 200;

const CANCEL_JOB = 'scale_ai_cancel_job';
const CANCEL_MS = 30_000;

export interface ConsoleParts extends Sources {
  callers: Callers;
  store: LimitStore;
  files: LocalFiles;
  assets: Assets;
  /** Whether people reach it by https, as far as the settings say. */
  isPublicHttps: boolean;
  logger: Logger;
}

/** Who may look, what they see, and the three things that they can do. */
export class Console {
  readonly assets: Assets;
  readonly files: LocalFiles;
  readonly logger: Logger;
  readonly isPublicHttps: boolean;
  readonly live: LiveFeed;
  readonly #parts: ConsoleParts;
  readonly #sessions: Sessions | undefined;
  readonly #gatherer: Gatherer;
  readonly #secret: Uint8Array;
  readonly #wrongTokens: RateLimiterAbstract;
  /** Jobs whose cancellation waits for an answer, by the question. */
  readonly #pending = new Map<string, string>();

  private constructor(parts: ConsoleParts, secret: Uint8Array, sessions: Sessions | undefined) {
    this.#parts = parts;
    this.#secret = secret;
    this.#sessions = sessions;
    this.assets = parts.assets;
    this.files = parts.files;
    this.logger = parts.logger;
    this.isPublicHttps = parts.isPublicHttps;
    this.#gatherer = new Gatherer(parts);
    this.#wrongTokens = parts.store.limiter('console-wrong', WRONG_TOKENS.points, WRONG_TOKENS.seconds);
    this.live = new LiveFeed({
      render: async (caller) => sectionsOf(await this.view(caller)),
      now: () => performance.now(),
      logger: parts.logger,
    });
  }

  static async open(parts: ConsoleParts): Promise<Console> {
    const { callers, store } = parts;
    // As it is at the moment of asking: roles and tokens change while the server runs.
    const identify = callers.identify && (async (token: string) => callers.identify?.(token));
    const sessions = identify && (await Sessions.open({ identify, store }));
    return new Console(parts, await store.sharedSecret(), sessions);
  }

  /** Who looks: on loopback without tokens whoever sits here, elsewhere who is signed in. */
  async admit(cookies: string | undefined): Promise<Caller | undefined> {
    const { callers } = this.#parts;
    if (!this.#sessions) return callers.callerFor(undefined, { readOnly: false });
    const session = await this.#sessions.of(cookies);
    return session && callers.callerFor(session.identity, { readOnly: false });
  }

  async view(caller: Caller): Promise<ConsoleView> {
    return {
      ...(await this.#gatherer.view(caller)),
      isSignedIn: this.#sessions !== undefined,
      formToken: this.formTokenOf(caller),
    };
  }

  /** Stands in the forms of the pages of one caller. */
  formTokenOf({ principal }: Caller): string {
    return createHmac('sha256', this.#secret).update(`console form ${principal}`).digest('base64url');
  }

  async signIn(
    token: string,
    { from, isSecure }: { from: string; isSecure: boolean },
  ): Promise<{ cookie: string } | { said: Said }> {
    const wrong = await this.#wrongTokens.get(from);
    if (wrong && wrong.remainingPoints <= 0) return { said: 'too_many' };
    const begun = await this.#sessions?.begin(token, { isSecure });
    if (begun === 'too_long') return { said: 'too_long' };
    if (begun) return begun;
    await this.#wrongTokens.consume(from).catch(() => undefined);
    this.logger.warn({ from }, 'somebody tried to sign in to the console with a token that is not valid');
    return { said: 'wrong_token' };
  }

  /** @returns the cookie that takes the session from the browser */
  async signOut(cookies: string | undefined): Promise<string | undefined> {
    const session = await this.#sessions?.of(cookies);
    return session && this.#sessions?.end(session);
  }

  /** A question of the caller's own: nobody answers for somebody else. */
  async questionOf(caller: Caller, id: string): Promise<Question | undefined> {
    const question = await this.#parts.questions.get(id);
    if (!question || question.principal !== caller.principal) return undefined;
    const { principal, plan } = question;
    return maySee(caller, { principal, project: plan.project }) ? question : undefined;
  }

  async answer(caller: Caller, question: Question, answer: 'yes' | 'no'): Promise<Said> {
    const by = this.#sessions ? { by: caller.principal } : {};
    const counts = await this.#parts.questions.answer(question, answer, { through: 'console', ...by });
    if (!counts) return 'gone';
    const job = this.#pending.get(question.id);
    this.#pending.delete(question.id);
    if (job === undefined) return answer === 'yes' ? 'allowed' : 'refused';
    const said = saidOf(await this.#cancel(caller, job)); // a no is recorded as it is for every call
    return answer === 'no' ? 'refused' : said === 'cancelled' ? 'carried_out' : said;
  }

  /** Has the tool cancel a job: what holds for a call of it holds here. */
  async cancel(caller: Caller, jobId: string): Promise<Said> {
    const result = await this.#cancel(caller, jobId);
    if (result.ok || !result.question) return saidOf(result);
    const { plan, seal } = result.question;
    const { id } = await this.#parts.questions.open(plan, seal);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size >= MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    this.#pending.set(id, jobId);
    return 'asked';
  }

  close(): void {
    this.live.close();
    this.#gatherer.close();
  }

  async #cancel(caller: Caller, jobId: string): Promise<InvocationResult> {
    const tool = this.#parts.findTool(CANCEL_JOB);
    if (!tool) throw new Error(`there is no tool ${CANCEL_JOB}`);
    const signal = AbortSignal.timeout(CANCEL_MS);
    return this.#parts.invoke({ tool, args: { job_id: jobId }, caller, client: CONSOLE_CLIENT, signal });
  }
}

function saidOf(result: InvocationResult): Said {
  if (!result.ok) return 'not_cancelled';
  const { job } = result.output;
  return isRecord(job) && job['state'] === 'cancelled' ? 'cancelled' : 'had_ended';
}
