import * as z from 'zod';
import { ifRead } from '../../src/catalog/answer-forms.ts';
import { Emails } from '../team/emails.ts';
import { ProjectName } from '../projects/project-object.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** Project names by e-mail address of every active member; undefined for a member whose list is none. */
export const Assignments = z
  .record(z.string(), ifRead(z.array(z.string())))
  .refine((members) => isByEmail(Object.keys(members)), {
    error: 'is not by e-mail address',
  });

/** Whoever has the key is a member, so that a team without any was not read. */
function isByEmail(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => name.includes('@'));
}

/** The assignments as Scale answers a change with; the change is made whether or not they are read. */
export const AssignmentsAfter = ifRead(Assignments);

type Assignments = z.output<typeof Assignments>;

export const assignmentInput = z.strictObject({ emails: Emails, projects: z.array(ProjectName).min(1) });

export const assignmentExample = { emails: ['cleo@example.com'], projects: ['night-drives'] };

/** One row per member, a person could read it as a table. */
export function assignmentRows(assignments: Assignments, shaping: Shaping): Record<string, unknown>[] {
  return Object.entries(assignments).map(([email, projects]) => ({
    email: shaping.bare(email),
    projects: shownProjects(projects, shaping),
  }));
}

function shownProjects(projects: readonly string[] | undefined, shaping: Shaping): unknown {
  if (!projects) return 'in a form that is not read';
  return projects.length > 0 ? projects.map((name) => shaping.bare(name)) : 'none';
}

/** The rows of the members that a change was about. */
export function rowsFor(
  assignments: Assignments | undefined,
  emails: readonly string[],
  shaping: Shaping,
): Record<string, unknown>[] | undefined {
  if (!assignments) return undefined;
  return assignmentRows(
    Object.fromEntries(Object.entries(assignments).filter(([email]) => emails.includes(email))),
    shaping,
  );
}

export const assignmentsOutput = {
  assignments: z.array(z.looseObject({})).optional(),
  total: z.number().optional(),
};

export const getAssignmentsStep = {
  tool: 'scale_ai_get_studio_assignments',
  arguments: {},
  why: 'who is assigned to which projects now',
};
