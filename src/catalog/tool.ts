import type { NextStep } from './next-step.ts';
import type { RestRequest } from './rest-request.ts';
import type { z } from 'zod';
import type { IdempotentCreate } from './idempotent-create.ts';
import type { Work } from './work.ts';
import type { PictureBlock } from './picture-block.ts';
import type { Consequence, Effect, Mode, Reach, Toolset } from './vocabulary.ts';

/** Text that somebody outside the conversation wrote, fenced with a marker that is random per response. */
export interface Untrusted {
  untrusted: string;
}

/** What a declaration may use to turn Scale's answer into its own. */
export interface Shaping {
  mode: Mode;
  /** Whether the object had been there before the call: an equal one that bears the same identity. */
  existed: boolean;
  /** Fences free text; cuts it after `maxLength` characters when given. */
  untrusted(text: string, maxLength?: number): Untrusted;
  /** An id, name, label, tag or URL: bare while its characters and length are harmless, fenced otherwise. */
  bare(text: string): string | Untrusted;
  /** For use inside a sentence: the text while it is harmless, `otherwise` when it is missing or not. */
  word(text: string | undefined, otherwise: string): string;
  /** For use inside a sentence: a short text in quotes while it is harmless, its first words in a fence otherwise. */
  quote(text: string): string;
  /** For use inside a sentence: a name that exists, bare while it is harmless and fenced otherwise. */
  name(text: string | undefined, otherwise: string): string;
  /** Any JSON from Scale with every string fenced that is not plainly an id, a name, a label or a number. */
  fenceJson(value: unknown, vocabulary?: ReadonlySet<string>): unknown;
}

/** What stands under a name at Scale; `unavailable` when Scale could not be asked. */
export type Found =
  | { state: 'found'; object: Readonly<Record<string, unknown>> }
  | { state: 'missing' }
  | { state: 'unavailable' };

export type SubjectKind = 'project' | 'batch' | 'task';

/** What a call is about, by name or id; `unique_id` is the user's own id of a task that exists. */
export type Subjects = Readonly<Partial<Record<SubjectKind | 'unique_id', string>>>;

/** Something at Scale that arguments or a request name. */
export interface NamedObject {
  kind: SubjectKind | 'unique_id';
  name: string;
  /** Whether it is no text, or stands under another name, so that nobody can tell what Scale makes of it; `name` is then its JSON. */
  isOdd?: boolean;
  /** Whether the object is made from it; where it is made is not said by that. */
  isSource?: boolean;
}

/** Reads an object at Scale. Answers are kept for a minute; `fresh` asks again. */
export type LookUp = (
  kind: SubjectKind | 'unique_id',
  name: string,
  options?: { fresh?: boolean },
) => Promise<Found>;

/** How far a call is, in units of its own; `total` when it is known. */
interface Progress {
  progress: number;
  total?: number;
  message?: string;
}

export type ReportProgress = (progress: Progress) => void;

/** What a workflow tool may use while it runs. */
export interface RunContext {
  send(request: RestRequest): Promise<unknown>;
  /** A stored result by its URL: only from Scale's own storage and the configured API. */
  readResult(url: string): Promise<{ contentType: string; bytes: Uint8Array }>;
  lookUp: LookUp;
  /** Limits, policy and what else holds for the caller now. */
  accountStatus: () => Promise<object>;
  /** Tells a caller who asked for it how far the call is. */
  report: ReportProgress;
  /** Long and many-step work. */
  work: Work;
  mode: Mode;
  /** Does work on an object at Scale while nobody else here does, in this process or another one of this user. */
  exclusive: Exclusive;
}

/**
 * @param object what nobody else may change meanwhile, such as `task/65f0c1d2`
 * @throws MovedMeanwhile when others keep it for too long
 */
export type Exclusive = <T>(object: string, work: () => Promise<T>) => Promise<T>;

/** What a check may use: reads only. */
export type CheckContext = Pick<RunContext, 'lookUp' | 'mode'>;

/**
 * Why a call failed. Every code is described, with the advice that goes with it, where it is raised;
 * docs/reference/errors.md lists them all.
 */
export const ERROR_CODES = [
  'invalid_arguments',
  'tool_not_enabled',
  'read_only',
  'outside_project',
  'not_permitted',
  'confirmation_required',
  'declined',
  'blocked',
  'limit_reached',
  'audit_unavailable',
  'state_unavailable',
  'no_api_key',
  'path_not_allowed',
  'file_not_readable',
  'file_too_large',
  'bad_request',
  'unauthorized',
  'not_enabled',
  'forbidden',
  'not_found',
  'conflict',
  'rate_limited',
  'upstream_error',
  'upstream_unreachable',
  'timeout',
  'unexpected_response',
  'cancelled',
  'internal_error',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Which calls help after a failure, by error code; `unknown` applies when the outcome could not be known. */
type Recovery<Input> = Partial<Record<ErrorCode | 'unknown', (input: Input) => NextStep[]>>;

/** A tool's answer before `mode` and the budget are applied. */
export interface Summary {
  /** One sentence a person could be told as it is, with the numbers that matter. */
  summary: string;
  next_steps?: NextStep[];
  [member: string]: unknown;
}

/** What a file under `tools/` declares. */
export interface ToolSpec<Input extends z.ZodObject, Response extends z.ZodType> {
  /** The operation's name in upper case; the tool's name is the same in lower case unless said otherwise. */
  slug: string;
  /** Where the slug is too long: hosts put a prefix before names, and 64 characters are the most. */
  name?: string;
  title: string;
  /** Purpose, when to choose it over its neighbour, what it costs or changes. One or two short sentences. */
  description: string;
  toolset: Toolset;
  effect: Effect;
  consequences?: readonly Consequence[];
  /** `team` when it shows or changes things that belong to no single project, `own` for the caller's plans and jobs. */
  reach?: Reach;
  /** Where the project stands in the arguments; `project` or `project_name` unless said otherwise. */
  projectPath?: readonly string[];
  /** What the call is about; read off the usual argument names unless said otherwise. */
  subjects?: (input: z.output<Input>) => Subjects;
  /** True when repeating the call changes nothing more; reads need not say so. */
  idempotent?: boolean;
  /** True when it only plans its effect: a person is asked when the plan is carried out. */
  plansOnly?: boolean;
  input: Input;
  /** Members of the answer besides `summary` and `mode`; each optional, each open. */
  output: Readonly<Record<string, z.ZodOptional>>;
  /** Tolerant: a field that is missing or odd must never turn a success into a failure. */
  response: Response;
  /** Arguments that are valid as they stand; shown when a call's arguments are not. */
  example: z.input<Input>;
  /**
   * Judges accepted arguments against what stands at Scale, before anything with an effect is sent.
   *
   * @returns what could not be checked, in sentences for the caller
   * @throws RefusedArguments, or NothingFound
   */
  check?: (context: CheckContext, input: z.output<Input>) => Promise<string[]>;
  /** Lists that are never made of one item: there a single item is a mistake more likely than a slip. */
  strictLists?: readonly string[];
  /**
   * The answer where nothing is left to do, told without asking a person; undefined where there is something. May read.
   */
  nothingToDo?: (context: RunContext, input: z.output<Input>) => Promise<unknown>;
  /** Whether a person has agreed to exactly this before, so that it only continues. */
  approved?: (context: RunContext, input: z.output<Input>) => Promise<boolean>;
  /** What a person who is asked to agree must know; may read. Without it, a creation is one task. */
  planned?: (context: RunContext, input: z.output<Input>) => Promise<Planned>;
  request?: (input: z.output<Input>) => RestRequest;
  /** For a creation that bears an identity: how a repeat is recognised. */
  idempotency?: (
    request: RestRequest,
    input: z.output<Input>,
    options: { derive: boolean },
  ) => IdempotentCreate | undefined;
  /**
   * Reads what became of a write whose answer was lost, or that was refused after attempts which may have acted.
   * Without it, the outcome stays unknown.
   *
   * @returns what Scale would have answered, `not_done`, or undefined when it cannot be told
   */
  reconcile?: (context: ReconcileContext, input: z.output<Input>) => Promise<Reconciled>;
  run?: (context: RunContext, input: z.output<Input>) => Promise<unknown>;
  summarize(response: z.output<Response>, input: z.output<Input>, shaping: Shaping): Summary;
  /** What is shown beside the answer. */
  pictures?: (response: z.output<Response>) => PictureBlock[];
  /** The page that hosts with MCP Apps show the answer in; its address stands in `tools/pages.ts`. */
  page?: string;
  /** What only that page needs: `_meta` of the answer, which no model reads. */
  meta?: (response: z.output<Response>) => Record<string, unknown> | undefined;
  recovery?: Recovery<z.output<Input>>;
}

/** What a look at the outcome of a write may use. */
export interface ReconcileContext {
  /** @throws ScaleError, or UnreadAnswer */
  read: (path: readonly string[], query?: RestRequest['query']) => Promise<unknown>;
  /** Milliseconds since 1970 from which on what is found may be of this call, the clocks' difference included. */
  since: number;
}

export type Reconciled = { answer: unknown } | 'not_done' | undefined;

/** How much a call is about. */
interface Planned {
  tasks?: number;
  /** The task type, by which the operator's rates are known. */
  type?: string;
  /** The arguments of a task, or of the first of many: a person is told what labelers are to do. */
  sample?: Readonly<Record<string, unknown>>;
  /** The first of what the tasks are about, where the sample does not show it. */
  attachments?: readonly string[];
  /** What else a person must know, name by name. */
  details?: Readonly<Record<string, string>>;
  /** How things stand: shown beside, and not what is agreed to, since it changes while a person reads. */
  present?: Readonly<Record<string, string>>;
}

/** A call whose arguments have been accepted. */
export interface PreparedCall {
  /** The request that will be sent; absent for workflow tools. */
  request?: RestRequest;
  /** @param derive whether to make an identity where the arguments hold none */
  idempotency(derive: boolean): IdempotentCreate | undefined;
  check(context: CheckContext): Promise<string[]>;
  /** The answer where nothing is left to do, or undefined. */
  nothingToDo(context: RunContext): Promise<unknown>;
  approved(context: RunContext): Promise<boolean>;
  planned(context: RunContext): Promise<Planned>;
  reconcile?: (context: ReconcileContext) => Promise<Reconciled>;
  execute(context: RunContext): Promise<unknown>;
  summarize(response: unknown, shaping: Shaping): Summary;
  pictures(response: unknown): PictureBlock[];
  meta(response: unknown): Record<string, unknown> | undefined;
  recover(code: ErrorCode | 'unknown'): NextStep[];
  /** For records and messages; the request decides where it differs from the arguments. */
  subjects: Subjects;
  /** All that arguments and request name: a caller who is limited to some projects must be allowed each. */
  named: readonly NamedObject[];
  /** `full` when the caller asked for `detail: "full"`. */
  detail: 'concise' | 'full';
}

/** What is known of a tool without its declaration, enough to select it. */
export interface ToolCard {
  readonly name: string;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly toolset: Toolset;
  readonly effect: Effect;
  readonly consequences: readonly Consequence[];
  readonly reach: Reach;
  readonly projectPath: readonly string[] | undefined;
  /** Arguments that the server fills in itself: not listed, not asked for. */
  readonly filledIn: readonly string[];
  readonly idempotent: boolean;
  readonly plansOnly: boolean;
  readonly strictLists: readonly string[];
  /** Arguments that are listed as text that holds JSON; the value itself is taken as well. */
  readonly jsonTexts: readonly string[];
  readonly page?: string;
  readonly example: Readonly<Record<string, unknown>>;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool's arguments and answer, in whatever form. */
interface InAndOut<Schema> {
  input: Schema;
  output: Schema;
}

/** JSON Schema as `tools/list` shows it. */
export type ListedSchemas = InAndOut<JsonSchema>;

/** A tool that can be listed and called. */
export interface Tool extends ToolCard {
  listed(): ListedSchemas;
  schemas(): InAndOut<z.ZodObject>;
  /** Validates the arguments; `issues` says what is wrong with them. */
  prepare(args: unknown): { call: PreparedCall } | { issues: readonly z.core.$ZodIssue[] };
}
