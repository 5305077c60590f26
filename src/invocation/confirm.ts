import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { CONSENT_SECONDS } from '../access/consent/consents.ts';
import { judge } from '../access/consent/consent-policy.ts';
import { isHarmless } from '../responses/untrusted.ts';
import { ToolFailure } from './tool-failure.ts';
import type { ConsentPolicy } from '../access/consent/consent-policy.ts';
import type { Consents, Seal } from '../access/consent/consents.ts';
import type { Plan } from '../access/consent/plan.ts';
import type { PreparedCall, RunContext } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { Flow } from './flow.ts';

/** What a person said to a plan. The seal has been verified where it came in. */
export interface Consent {
  seal: Seal;
  answer: 'yes' | 'no' | 'dismissed';
}

/** A question for a person, and what the answer must come back with. */
export interface Question {
  plan: Plan;
  seal: Seal;
}

export interface ConfirmDeps {
  policy: ConsentPolicy;
  consents: Consents;
  /** Cost of one task by its type, in the operator's currency. */
  rates: Readonly<Record<string, number>>;
  currency: string;
  /** What a person has said to exactly this outside the protocol; it counts once. */
  approved?: (binding: Pick<Seal, 'principal' | 'tool' | 'digest'>) => 'yes' | 'no' | undefined;
}

/** Raised when a person must be asked first. */
export class AskFirst extends ToolFailure {
  readonly question: Question;

  constructor(question: Question) {
    super('confirmation_required', 'A person must agree first to what the plan says. Nothing was sent.', {
      outcome: 'not_sent',
    });
    this.question = question;
  }
}

const NO_PROJECT = '(no project)';

/**
 * Lets a call through when policy allows it or a person has agreed to exactly this. Only reads have been sent.
 *
 * @throws AskFirst, or ToolFailure `blocked` or `declined`
 */
export async function confirm(
  flow: Flow,
  call: PreparedCall,
  { context, mode, deps }: { context: RunContext; mode: Mode; deps: ConfirmDeps },
): Promise<void> {
  const { tool, caller } = flow;
  const judged = judge(deps.policy, tool, mode);
  if (judged.verdict === 'block') throw blocked(flow, judged.because);
  if (tool.plansOnly || (await call.agreed(context))) return;
  const project = await projectOf(call, context);
  const many = await manyCreates(flow, project, mode, deps);
  if (judged.verdict === 'allow' && many === undefined) return;

  const plan = await makePlan(flow, call, { context, mode, deps, project, many });
  const binding = { principal: caller.principal, tool: tool.name, digest: digestOf(flow.args, plan) };
  if (await agreed(flow.consent, binding, deps)) {
    if (many !== undefined) await allowMore(caller.principal, project, deps);
    return;
  }
  const seal = {
    ...binding,
    nonce: deps.consents.nonce(),
    expiresAt: deps.consents.now() + CONSENT_SECONDS * 1_000,
  };
  throw new AskFirst({ plan, seal });
}

/** The number of creations that one consent allows, when so many have been made that a person is asked. */
async function manyCreates(
  { tool, caller }: Flow,
  project: string,
  mode: Mode,
  { policy, consents }: ConfirmDeps,
): Promise<number | undefined> {
  const isCounted = tool.effect === 'create' && tool.consequences.includes('billable');
  if (mode === 'test' || !isCounted || tool.toolset === 'bulk') return undefined;
  const made = await consents.countCreate(caller.principal, project);
  return made > policy.creates_before_confirm ? Math.max(policy.creates_before_confirm, 1) : undefined;
}

/** Counts anew, the creation that was asked about first. */
async function allowMore(principal: string, project: string, { consents }: ConfirmDeps): Promise<void> {
  await consents.forgetCreates(principal, project);
  await consents.countCreate(principal, project);
}

async function projectOf({ subjects }: PreparedCall, { lookUp }: RunContext): Promise<string> {
  if (subjects.project !== undefined) return subjects.project;
  if (subjects.batch === undefined) return NO_PROJECT;
  const found = await lookUp('batch', subjects.batch);
  const project = found.state === 'found' ? found.object['project'] : undefined;
  return typeof project === 'string' ? project : NO_PROJECT;
}

interface PlanParts {
  context: RunContext;
  mode: Mode;
  deps: ConfirmDeps;
  project: string;
  many: number | undefined;
}

async function makePlan(
  { tool }: Flow,
  call: PreparedCall,
  { context, mode, deps, project, many }: PlanParts,
): Promise<Plan> {
  const { tasks, type, details, present } = await call.planned(context);
  const count = many ?? tasks;
  const rate = type === undefined ? undefined : deps.rates[type];
  return {
    operation: tool.title,
    tool: tool.name,
    ...(project !== NO_PROJECT && { project: isHarmless(project) ? project : '(a name that is not shown)' }),
    ...(call.subjects.batch !== undefined && { batch: call.subjects.batch }),
    ...(details && { details }),
    ...(present && { present }),
    ...(count !== undefined && { tasks: count }),
    ...(rate !== undefined &&
      count !== undefined && { estimated_cost: `${(rate * count).toFixed(2)} ${deps.currency}` }),
    mode,
    effect: tool.effect,
    consequences: tool.consequences,
    allows:
      many === undefined
        ? 'this call, once'
        : `this call and as many as ${many} creations in this project within ten minutes`,
  };
}

async function agreed(
  consent: Consent | undefined,
  binding: Pick<Seal, 'principal' | 'tool' | 'digest'>,
  { consents, approved }: ConfirmDeps,
): Promise<boolean> {
  const approval = approved?.(binding);
  if (approval === 'no') throw declined('no');
  if (approval === 'yes') return true;
  if (!consent) return false;
  const { seal, answer } = consent;
  const isForThis =
    seal.principal === binding.principal && seal.tool === binding.tool && seal.digest === binding.digest;
  if (!isForThis || seal.expiresAt < consents.now()) return false;
  if (answer !== 'yes') throw declined(answer);
  return consents.redeem(seal.nonce);
}

function digestOf(args: unknown, { present: _present, ...plan }: Plan): string {
  return createHash('sha256')
    .update(canonicalize({ args: args ?? {}, plan }) ?? '')
    .digest('hex');
}

function declined(answer: 'no' | 'dismissed'): ToolFailure {
  return new ToolFailure(
    'declined',
    answer === 'no'
      ? 'The user said no. Nothing was sent. Do not call again unless the user asks for it.'
      : 'The user dismissed the question without an answer. Nothing was sent. Ask the user what to do.',
    { outcome: 'not_sent' },
  );
}

function blocked({ tool }: Flow, because: string): ToolFailure {
  return new ToolFailure(
    'blocked',
    `${tool.name} is blocked here: the operator's policy says "${because}: block". Nothing was sent. Whoever runs the server can change the policy in the configuration file.`,
    { outcome: 'not_sent' },
  );
}
