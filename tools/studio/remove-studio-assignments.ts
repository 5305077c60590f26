import { defineTool } from '../../src/catalog/define-tool.ts';
import {
  AssignmentsAfter,
  assignmentExample,
  assignmentInput,
  assignmentsOutput,
  getAssignmentsStep,
  rowsFor,
} from './assignments.ts';
import { count } from '../count.ts';

export const removeStudioAssignments = defineTool({
  slug: 'SCALE_AI_REMOVE_STUDIO_ASSIGNMENTS',
  title: 'Remove Studio assignments',
  description: 'Take Studio projects from members by e-mail address; every member loses every project.',
  toolset: 'studio',
  effect: 'delete',
  reach: 'team',
  idempotent: true,
  input: assignmentInput,
  output: assignmentsOutput,
  response: AssignmentsAfter,
  example: assignmentExample,
  request: (input) => ({ method: 'POST', path: ['studio', 'assignments', 'remove'], body: input }),
  summarize: (assignments, { emails, projects }, shaping) => ({
    summary: `Took ${count(projects.length, 'project')} from ${count(emails.length, 'member')}.`,
    assignments: rowsFor(assignments, emails, shaping),
  }),
  recovery: { bad_request: () => [getAssignmentsStep], unknown: () => [getAssignmentsStep] },
});
