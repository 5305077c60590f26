import * as z from 'zod';
import { ifRead, readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { nearestName } from '../../src/catalog/nearest-name.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { mergePatch } from '../../src/catalog/merge-patch.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { isSame, readChangeWrite } from '../read-change-write.ts';
import { TaskParameters } from '../annotation/fields/task-parameters.ts';
import { lostWithIt } from './version-changes.ts';
import type { CheckContext } from '../../src/catalog/tool.ts';
import { knownParameters } from './known-parameters.ts';
import { ProjectName, ProjectObject, listProjectsStep, projectView } from './project-object.ts';

/** The version that was changed, and the project as Scale answered. */
const Written = z.object({
  version: z.number().optional(),
  project: ProjectObject,
  /** Whether everything stood as it was to be, so that nothing was written. */
  isUnchanged: z.boolean().default(false),
});

/** Asked to delete or archive a project, models try a parameter. */
const MEANS_DELETION = /archiv|delet|remov|disab|inactiv|hidden|status/i;

/** What is merged into must have been read: a patch of what is taken as empty would remove the rest. */
const Stored = z.object({ param_history: z.array(z.looseObject({ version: ifRead(z.number()) })) });

const Input = z
  .strictObject({
    project_name: ProjectName,
    params: listedAsJson(TaskParameters).describe(
      'task parameters, such as instruction, geometries, annotation_attributes',
    ),
    patch: z
      .boolean()
      .optional()
      .describe('true changes only what is given, at any depth; a list is replaced whole, null removes'),
    allow_unknown: z.boolean().optional().describe('parameters that no known task type has'),
  })
  .refine(({ params }) => Object.keys(params).length > 0, {
    path: ['params'],
    error: 'is empty; without patch this would remove every default of the project',
  })
  .refine(({ params }) => !('patch' in params), {
    path: ['params', 'patch'],
    error: 'belongs beside params, not inside',
  });

export const setProjectParameters = defineTool({
  slug: 'SCALE_AI_SET_PROJECT_PARAMETERS',
  title: 'Set project parameters',
  description:
    'Set the defaults that future tasks of a project inherit, as a new version. Replaces the whole set unless patch is true; existing tasks keep theirs. Cannot archive or delete a project.',
  toolset: 'projects',
  effect: 'update',
  consequences: ['replaces'],
  input: Input,
  output: { project: z.looseObject({}).optional() },
  response: Written,
  example: {
    project_name: 'road-signs',
    params: { instruction: 'Draw a tight box around every traffic sign.' },
    patch: true,
  },
  async check(context, { project_name: name, params, allow_unknown: allowed = false }) {
    if (!allowed) refuseUnknown(Object.keys(params), await presentParameters(name, context));
    return [];
  },
  async run(context, { project_name, params, patch = false }) {
    const path = ['projects', project_name];
    const write = (body: Readonly<Record<string, unknown>>): Promise<unknown> =>
      context.send({ method: 'POST', path: [...path, 'setParams'], body });
    if (!patch) return { project: await write({ ...params, patch }) };
    const readProject = (): Promise<unknown> => context.send({ method: 'GET', path });
    const { before, answer } = await readChangeWrite(context, {
      what: `Project ${project_name}`,
      object: `project/${project_name}`,
      read: async () =>
        readAnswer(Stored, await readProject(), 'a project with its parameters').param_history.at(-1),
      write: (present) => (changes(present, params) ? write(patchFor(present, params)) : readProject()),
    });
    return { version: before?.version, project: answer, isUnchanged: !changes(before, params) };
  },
  summarize({ version, project, isUnchanged }, input, shaping) {
    if (isUnchanged) {
      return {
        summary: `Project ${input.project_name} has these parameters already, in version ${version ?? 'unknown'}; nothing was changed.`,
        project: projectView(project, shaping),
      };
    }
    const names = Object.keys(input.params).join(', ');
    const how = input.patch ? 'Merged' : 'Replaced all parameters with';
    return {
      summary: `${how} ${names} for project ${input.project_name}; version ${project.param_history?.at(-1)?.version ?? 'unknown'} is now in force for new tasks.${lostWithIt(versionsOf(project), shaping)}${cameBetween(version, project)}`,
      project: projectView(project, shaping),
    };
  },
  recovery: {
    not_found: () => [listProjectsStep],
    unknown: ({ project_name }) => [
      {
        tool: 'scale_ai_get_project',
        arguments: { project_name },
        why: 'whether the new version is in force',
      },
    ],
  },
});

async function presentParameters(project: string, { lookUp }: CheckContext): Promise<string[]> {
  const found = await lookUp('project', project);
  if (found.state !== 'found') return [];
  const latest = ProjectObject.parse(found.object).param_history?.at(-1);
  return isRecord(latest) ? Object.keys(withoutVersion(latest)) : [];
}

/** What a project has already may stay, whether it is known here or not. */
function refuseUnknown(names: readonly string[], present: readonly string[]): void {
  const known = knownParameters();
  const unknown = names.filter((name) => !known.includes(name) && !present.includes(name));
  if (unknown.length === 0) return;
  throw new RefusedArguments(
    unknown.map((name) => {
      const near = nearestName(name, known);
      const hint = MEANS_DELETION.test(name)
        ? '. A project can be archived or deleted in Scale’s dashboard only, not through the API'
        : near
          ? `; did you mean "${near}"?`
          : '';
      return {
        path: `params.${name}`,
        message: `is no parameter of any known task type${hint}`,
        allowed: near ?? 'a task parameter; allow_unknown: true sends it all the same',
      };
    }),
  );
}

/**
 * What Scale is to merge over the present parameters. It merges members whole (core.md 4.28 leaves the depth open),
 * so nested ones are merged here; a removed one takes a whole new set.
 */
function patchFor(present: unknown, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const current = isRecord(present) ? withoutVersion(present) : {};
  const merged = mergePatch(current, params);
  const names = Object.keys(params);
  if (names.some((name) => !(name in merged))) return { ...merged, patch: false };
  return { ...Object.fromEntries(names.map((name) => [name, merged[name]])), patch: true };
}

function changes(present: unknown, params: Readonly<Record<string, unknown>>): boolean {
  const current = isRecord(present) ? withoutVersion(present) : {};
  return !isSame(mergePatch(current, params), current);
}

/** Members of a version that are no parameters. */
function withoutVersion(version: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { version: _version, created_at: _createdAt, ...params } = version;
  return params;
}

/** The last two, without what is no parameter of theirs. */
function versionsOf({ param_history: history = [] }: ProjectObject): Record<string, unknown>[] {
  return history.slice(-2).map(withoutVersion);
}

function cameBetween(version: number | undefined, { param_history: history }: ProjectObject): string {
  const newest = history?.at(-1)?.version;
  if (version === undefined || newest === undefined || newest === version + 1) return '';
  return ` It was version ${version} when it was read, so somebody else changed it at the same moment: compare the versions with scale_ai_get_project.`;
}
