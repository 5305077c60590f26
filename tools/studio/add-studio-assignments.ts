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

export const addStudioAssignments = defineTool({
  slug: 'SCALE_AI_ADD_STUDIO_ASSIGNMENTS',
  title: 'Add Studio assignments',
  description: 'Assign Studio projects to members by e-mail address; every member gets every project.',
  toolset: 'studio',
  effect: 'update',
  reach: 'team',
  idempotent: true,
  input: assignmentInput,
  output: assignmentsOutput,
  response: AssignmentsAfter,
  example: assignmentExample,
  request: (input) => ({ method: 'POST', path: ['studio', 'assignments', 'add'], body: input }),
  summarize: (assignments, { emails, projects }, shaping) => ({
    summary: `Assigned ${count(projects.length, 'project')} to ${count(emails.length, 'member')}.`,
    assignments: rowsFor(assignments, emails, shaping),
  }),
  recovery: { bad_request: () => [getAssignmentsStep], unknown: () => [getAssignmentsStep] },
});
