import { isRecord } from '../responses/compact.ts';
import type { NamedObject, SubjectKind, Subjects } from './tool.ts';
import type { RestRequest } from './rest-request.ts';

/** The arguments that name an object at Scale. The catalogue keeps to these names. */
const SUBJECT_ARGUMENTS: Readonly<Record<SubjectKind, readonly string[]>> = {
  project: ['project', 'project_name'],
  batch: ['batch', 'batch_name'],
  task: ['task_id'],
};

/** The project, batch and task that arguments name. */
export function subjectsOf(input: Readonly<Record<string, unknown>>): Subjects {
  const subjects: Partial<Record<SubjectKind, string>> = {};
  for (const kind of ['project', 'batch', 'task'] as const) {
    const named = SUBJECT_ARGUMENTS[kind]
      .map((name) => input[name])
      .find((value) => typeof value === 'string');
    if (typeof named === 'string') subjects[kind] = named;
  }
  return subjects;
}

export function namedBy(subjects: Subjects): NamedObject[] {
  const kinds = ['project', 'batch', 'task', 'unique_id'] as const;
  return kinds.flatMap((kind) => {
    const name = subjects[kind];
    return name === undefined ? [] : [{ kind, name }];
  });
}

/**
 * The project and the batch that a creation is sent with: Scale makes the object there, whatever the arguments of the
 * call were. And the tasks that it is made from: their attachments and results are taken over.
 */
export function namedInRequest({ method, path, body }: RestRequest): NamedObject[] {
  const isOwnData = path.at(-1) === 'setMetadata'; // the body is the customer's, whatever its members are called
  if (method === 'GET' || isOwnData || !isRecord(body)) return [];
  return Object.entries(body).flatMap(([member, value]): NamedObject[] => {
    const kind = (['project', 'batch', 'task'] as const).find((one) => SPELLINGS[one].test(member));
    if (kind === undefined || value === undefined || value === null) return [];
    const isTask = kind === 'task';
    const isName = typeof value === 'string' && (isTask || SUBJECT_ARGUMENTS[kind].includes(member));
    const named = isName ? { kind, name: value } : { kind, name: JSON.stringify(value), isOdd: true };
    return [isTask ? { ...named, isSource: true } : named];
  });
}

/** Members that Scale may read as naming a project, a batch, or a task that another is made from (`lidar_task`). */
const SPELLINGS: Readonly<Record<SubjectKind, RegExp>> = {
  project: /^project_?(name|id)?$/i,
  batch: /^batch_?(name|id)?$/i,
  task: /^(lidar_?)?tasks?(_?ids?)?$/i,
};

/** Where a tool's arguments name the project: that of `SUBJECT_ARGUMENTS` which its schema has. */
export function projectPathOf(shape: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const name = SUBJECT_ARGUMENTS.project.find((argument) => argument in shape);
  return name === undefined ? undefined : [name];
}
