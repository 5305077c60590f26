import * as z from 'zod';
import { Emails } from '../team/emails.ts';
import { ProjectName } from '../projects/project-object.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** Project names by e-mail address of every active member. */
export const Assignments = z.record(z.string(), z.array(z.string()).catch([])).catch({});

type Assignments = z.output<typeof Assignments>;

export const assignmentInput = z.strictObject({ emails: Emails, projects: z.array(ProjectName).min(1) });

export const assignmentExample = { emails: ['cleo@example.com'], projects: ['night-drives'] };

/** One row per member, a person could read it as a table. */
export function assignmentRows(assignments: Assignments, shaping: Shaping): Record<string, unknown>[] {
  return Object.entries(assignments).map(([email, projects]) => ({
    email: shaping.bare(email),
    projects: projects.length > 0 ? projects.map((name) => shaping.bare(name)) : 'none',
  }));
}

/** The rows of the members that a change was about. */
export function rowsFor(
  assignments: Assignments,
  emails: readonly string[],
  shaping: Shaping,
): Record<string, unknown>[] {
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
