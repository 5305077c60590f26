import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { CONSENT_SECONDS, isOpen } from '../access/consent/consents.ts';
import { evaluatePolicy } from '../access/consent/consent-policy.ts';
import { attachmentsOf, factsOfSample } from '../access/consent/task-facts.ts';
import { isRecord } from '../responses/compact.ts';
import { quotedName } from '../responses/quoted-name.ts';
import { ToolFailure } from './tool-failure.ts';
import type { Seal } from '../access/consent/consents.ts';
import type { Plan } from '../access/consent/plan.ts';
import type { PreparedCall, RunContext } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { CallState } from './call-state.ts';
import type { ConfirmDeps, Consent, Question } from './consent.ts';

/**
 * Nobody reads a question and refuses it faster: such a refusal is the client's own. Headless hosts (`claude -p`,
 * `codex exec`) decline or cancel at once, which takes more than a second on a busy machine.
 */
const FASTEST_PERSON_MS = 3_000;

/** Raised when a person must be asked first. */
export class AskFirst extends ToolFailure {
  readonly question: Question;

  constructor(question: Question) {
    super(
      'confirmation_required',
      question.wasAnsweredByClient
        ? 'Nobody was reached: this client answered the question by itself, or without what the form asks for. A person must agree first to what the plan says. Nothing was sent.'
        : 'A person must agree first to what the plan says. Nothing was sent.',
      { outcome: 'not_sent' },
    );
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
  state: CallState,
  call: PreparedCall,
  { context, mode, deps }: { context: RunContext; mode: Mode; deps: ConfirmDeps },
): Promise<void> {
  const { tool, caller } = state;
  const decision = evaluatePolicy(deps.policy, tool, mode);
  if (decision.verdict === 'block') throw blocked(state, decision.because);
  if (tool.plansOnly || (await call.approved(context))) return;
  const project = await projectOf(call, context);
  const counted = await countedIn(state, project, { context, mode });
  const many = counted === undefined ? undefined : await manyCreates(caller.principal, counted, deps);
  if (decision.verdict === 'allow' && many === undefined) return;

  const plan = await makePlan(state, call, { context, mode, deps, project, many });
  const key = deps.keyOf?.(caller);
  const binding = { principal: caller.principal, tool: tool.name, digest: digestOf(state.args, plan, key) };
  const answer = await answerTo(binding, state.consent, deps);
  if (answer === 'no') throw declined();
  if (answer === 'yes') {
    if (many !== undefined && counted !== undefined) await allowMore(caller.principal, counted, deps);
    return;
  }
  const seal = {
    ...binding,
    nonce: deps.consents.nonce(),
    expiresAt: deps.consents.now() + CONSENT_SECONDS * 1_000,
  };
  throw new AskFirst({ plan, seal, wasAnsweredByClient: answer === 'nobody' });
}

/**
 * The project that a creation counts in, if it counts. Names of projects that are not there count as one, however many
 * are made up.
 */
async function countedIn(
  { tool }: CallState,
  project: string,
  { context, mode }: { context: RunContext; mode: Mode },
): Promise<string | undefined> {
  const isCounted = tool.effect === 'create' && tool.consequences.includes('billable');
  if (mode === 'test' || !isCounted || tool.toolset === 'bulk') return undefined;
  if (project === NO_PROJECT) return project;
  return (await context.lookUp('project', project)).state === 'missing' ? NO_PROJECT : project;
}

/** The number of creations that one consent allows, when so many have been made that a person is asked. */
async function manyCreates(
  principal: string,
  project: string,
  { policy, consents }: ConfirmDeps,
): Promise<number | undefined> {
  const made = await consents.countCreate(principal, project);
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
  { tool }: CallState,
  call: PreparedCall,
  { context, mode, deps, project, many }: PlanParts,
): Promise<Plan> {
  const { tasks, type, sample, details, present, ...planned } = await call.planned(context);
  const task = await factsOfTask(call, context);
  const count = many ?? tasks;
  const rate = type === undefined ? undefined : deps.rates[type];
  const attachments = planned.attachments ?? (sample && attachmentsOf(sample));
  return {
    operation: tool.title,
    tool: tool.name,
    ...(project !== NO_PROJECT && { project }),
    ...(call.subjects.batch !== undefined && { batch: call.subjects.batch }),
    ...(call.subjects.task !== undefined && { task: call.subjects.task }),
    ...((details ?? sample) && { details: { ...(sample && factsOfSample(sample)), ...details } }),
    ...(attachments && attachments.length > 0 && { attachments }),
    ...(rate !== undefined && { rate: `${rate} ${deps.currency}` }),
    ...((present ?? task) && { present: { ...task, ...present } }),
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

/** What is known of the one task that a call is about, so that nobody agrees to a number alone. */
async function factsOfTask(
  { subjects }: PreparedCall,
  { lookUp }: RunContext,
): Promise<Record<string, string> | undefined> {
  if (subjects.task === undefined) return undefined;
  const found = await lookUp('task', subjects.task);
  if (found.state !== 'found') return undefined;
  const facts = Object.entries({
    Type: 'type',
    Status: 'status',
    'In project': 'project',
    'In batch': 'batch',
  });
  return Object.fromEntries(
    facts.flatMap(([label, member]) => {
      const value = found.object[member];
      return typeof value === 'string' && value !== '' ? [[label, quotedName(value)]] : [];
    }),
  );
}

/**
 * What was said to exactly this; `nobody` where the client answered for its user. An answer uses the question up,
 * whatever it is.
 */
async function answerTo(
  binding: Pick<Seal, 'principal' | 'tool' | 'digest'>,
  consent: Consent | undefined,
  { consents, approved }: ConfirmDeps,
): Promise<'yes' | 'no' | 'nobody' | undefined> {
  const approval = await approved?.(binding);
  if (approval !== undefined) return approval;
  if (!consent) return undefined;
  const { seal, answer } = consent;
  const isForThis =
    seal.principal === binding.principal && seal.tool === binding.tool && seal.digest === binding.digest;
  if (!isForThis || !isOpen(seal, consents.now())) return undefined;
  if (!(await consents.redeem(seal.nonce))) return undefined;
  if (answer === 'yes') return 'yes';
  const askedAt = seal.expiresAt - CONSENT_SECONDS * 1_000;
  return answer === 'no' && consents.now() - askedAt >= FASTEST_PERSON_MS ? 'no' : 'nobody';
}

function digestOf(args: unknown, { present: _present, ...plan }: Plan, key: string | undefined): string {
  return createHash('sha256')
    .update(canonicalize({ args: argsThatAct(args), plan, key: key ?? null }) ?? '')
    .digest('hex');
}

/** How long the caller waits for the answer is nothing that a person agrees to, and it changes with what clients bear. */
function argsThatAct(args: unknown): unknown {
  if (!isRecord(args)) return args ?? {};
  const { wait_seconds: _wait, ...acting } = args;
  return acting;
}

function declined(): ToolFailure {
  return new ToolFailure(
    'declined',
    'The user said no. Nothing was sent. Do not call again unless the user asks for it.',
    { outcome: 'not_sent' },
  );
}

function blocked({ tool }: CallState, because: string): ToolFailure {
  return new ToolFailure(
    'blocked',
    `${tool.name} is blocked here: the operator's policy says "${because}: block". Nothing was sent. Whoever runs the server can change the policy in the configuration file.`,
    { outcome: 'not_sent' },
  );
}
