import * as z from 'zod';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { NothingFound } from '../../src/catalog/nothing-found.ts';
import { shownName } from '../../src/responses/untrusted.ts';
import type { Refusal } from '../../src/catalog/refused-arguments.ts';
import type { CheckContext, Found, SubjectKind } from '../../src/catalog/tool.ts';

export type Params = Readonly<Record<string, unknown>>;
export type Report = (path: string, message: string, allowed?: string) => void;

/** What a task type asks of its parameters, once the project's have been merged in. */
export interface TaskRules {
  /** As in Scale's path, such as `imageannotation`. */
  type: string;
  /** Each must be there; of a nested list one is enough. */
  required: readonly (string | readonly string[])[];
  /** The argument that holds the parameters, when they are not arguments themselves. */
  within?: string;
  /** Faults that take more than one parameter to see. */
  validate?: (params: Params, report: Report, context: CheckContext) => void | Promise<void>;
}

/** What the project says, as far as it could be read. */
interface Home {
  name: string | undefined;
  params: Params;
  version: number | undefined;
  refusals: Refusal[];
}

type Input = Readonly<Record<string, unknown>>;

/**
 * Judges a request to create a task as Scale will: merged over the current parameters of its project. A copy
 * of the project from the last minute is good enough to accept, but not to refuse: then it is read again.
 *
 * @returns what could not be checked, in sentences
 * @throws RefusedArguments, or NothingFound for a project or batch that does not exist
 */
export async function validateTask(rules: TaskRules, context: CheckContext, input: Input): Promise<string[]> {
  if (context.mode === 'live' && input['project'] === undefined && input['batch'] === undefined) {
    const message =
      'give a project or a batch: a live task without one cannot be found or released together with others';
    throw refused(rules, [{ path: 'project', message }]);
  }
  const first = await validateOnce(rules, context, input, false);
  if (first.refusals.length === 0) return first.unchecked;
  const second = await validateOnce(rules, context, input, true);
  if (second.refusals.length > 0) throw refused(rules, second.refusals);
  return second.unchecked;
}

function refused({ within }: TaskRules, refusals: readonly Refusal[]): RefusedArguments {
  if (within === undefined) return new RefusedArguments(refusals);
  return new RefusedArguments(refusals.map((refusal) => ({ ...refusal, path: `${within}.${refusal.path}` })));
}

async function validateOnce(
  rules: TaskRules,
  context: CheckContext,
  input: Input,
  fresh: boolean,
): Promise<{ refusals: Refusal[]; unchecked: string[] }> {
  const project = await findProject(rules, context, input, fresh);
  if (!project) {
    const unchecked =
      'The project could not be read, so whether it holds this task type and the missing parameters was not checked.';
    return { refusals: [], unchecked: [unchecked] };
  }
  const refusals = [...project.refusals];
  const params: Params = { ...project.params, ...input };
  for (const required of rules.required) {
    const names = typeof required === 'string' ? [required] : required;
    if (names.some((name) => params[name] !== undefined)) continue;
    refusals.push({ path: names[0] ?? '', message: whichSideLacks(names, project) });
  }
  await rules.validate?.(
    params,
    (path, message, allowed) => refusals.push({ path, message, ...(allowed !== undefined && { allowed }) }),
    context,
  );
  return { refusals, unchecked: [] };
}

/** The project that a task will belong to, by its own name or through the batch; undefined when unreadable. */
async function findProject(
  rules: TaskRules,
  context: CheckContext,
  input: Input,
  fresh: boolean,
): Promise<Home | undefined> {
  const refusals: Refusal[] = [];
  let name = textOf(input['project']);
  const batchName = textOf(input['batch']);
  if (batchName !== undefined) {
    const batch = await mustExist(context, 'batch', batchName, fresh);
    if (batch.state !== 'found') return undefined;
    const owner = textOf(batch.object['project']);
    if (name !== undefined && owner !== undefined && owner !== name) {
      refusals.push({
        path: 'batch',
        message: `belongs to project "${shownName(owner)}", not to "${name}"`,
        allowed: `a batch of project ${shownName(name)}`,
      });
    }
    name ??= owner;
  }
  if (name === undefined) return { name, params: {}, version: undefined, refusals };
  const project = await mustExist(context, 'project', name, fresh);
  if (project.state !== 'found') return undefined;
  const type = textOf(project.object['type']);
  if (type !== undefined && type !== rules.type) {
    refusals.push({
      path: 'project',
      message: `"${shownName(name)}" holds ${shownName(type)} tasks`,
      allowed: `a project of type ${rules.type}`,
    });
  }
  const versions = Versions.safeParse(project.object['param_history']).data;
  return versions && { name, ...currentParams(versions, input), refusals };
}

/** @throws NothingFound when Scale says that there is no such object */
async function mustExist(
  context: CheckContext,
  kind: SubjectKind,
  name: string,
  fresh: boolean,
): Promise<Found> {
  const found = await context.lookUp(kind, name, { fresh });
  if (found.state === 'missing')
    throw new NothingFound(`There is no ${kind} "${name}" for this key. Nothing was sent.`);
  return found;
}

/** Of a project that has no parameters, an empty list; what is no list does not tell that there are none. */
const Versions = z.array(z.record(z.string(), z.unknown()));

/** The version in force, or the one asked for; `-1` asks for none. */
function currentParams(
  versions: readonly Params[],
  input: Input,
): { params: Params; version: number | undefined } {
  const asked = input['project_version'];
  if (asked === -1) return { params: {}, version: undefined };
  const entry = asked === undefined ? versions.at(-1) : versions.find(({ version }) => version === asked);
  const { version, created_at: _createdAt, ...params } = entry ?? {};
  return { params, version: typeof version === 'number' ? version : undefined };
}

function whichSideLacks(names: readonly string[], { name, version }: Home): string {
  const what = names.length > 1 ? `one of ${names.join(', ')}` : 'this parameter';
  if (name === undefined)
    return `is required: the request has not ${what}, and there is no project to take it from`;
  const stored =
    version === undefined ? 'stores no parameters' : `does not have it either (version ${version})`;
  return `is required: the request does not have ${what}, and project "${name}" ${stored}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
