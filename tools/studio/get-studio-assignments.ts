import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { Assignments, assignmentRows, assignmentsOutput } from './assignments.ts';

export const getStudioAssignments = defineTool({
  slug: 'SCALE_AI_GET_STUDIO_ASSIGNMENTS',
  title: 'Get Studio assignments',
  description:
    'Show which Studio projects each active member of the team is assigned to; email or project narrows.',
  toolset: 'studio',
  effect: 'read',
  reach: 'team',
  input: z.strictObject({ email: z.string().min(1).optional(), project: z.string().min(1).optional() }),
  output: assignmentsOutput,
  response: Assignments,
  example: { project: 'night-drives' },
  request: () => ({ method: 'GET', path: ['studio', 'assignments'] }),
  summarize(assignments, { email, project }, shaping) {
    const matching = Object.entries(assignments).filter(
      ([member, projects]) =>
        (email === undefined || member === email) &&
        (project === undefined || projects?.includes(project) === true),
    );
    const rows = assignmentRows(Object.fromEntries(matching), shaping);
    const unread = Object.values(assignments).filter((projects) => projects === undefined).length;
    const notRead = unread === 0 ? '' : ` Of ${count(unread, 'member')} the projects were not read.`;
    return {
      summary: `${rows.length} of ${Object.keys(assignments).length} active members${project === undefined ? '' : ` are assigned to ${project}`}${email === undefined ? '' : ` match ${email}`}.${notRead}`,
      total: rows.length,
      assignments: rows,
    };
  },
});
