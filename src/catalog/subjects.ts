import type { SubjectKind, Subjects } from './tool.ts';

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

/** Where a tool's arguments name the project: that of `SUBJECT_ARGUMENTS` which its schema has. */
export function projectPathOf(shape: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const name = SUBJECT_ARGUMENTS.project.find((argument) => argument in shape);
  return name === undefined ? undefined : [name];
}
