import * as z from 'zod';
import { listOf } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { columnsOf, fieldsHint, tableOf, tableOutput } from '../table.ts';
import { ProjectObject, projectRow } from './project-object.ts';
import { count } from '../count.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const PAGE_SIZE = 20;
const FIELDS = ['name', 'type', 'created_at', 'archived', 'version', 'labels'] as const;

/** What is left out of long pages. */
const COSTLY = ['created_at', 'version', 'labels'];

export const listProjects = defineTool({
  slug: 'SCALE_AI_LIST_PROJECTS',
  title: 'List projects',
  description:
    'List projects with task type and labels; name_contains narrows by name. Start here when no project is known.',
  toolset: 'projects',
  effect: 'read',
  reach: 'team',
  input: z.strictObject({
    archived: z.boolean().optional().describe('only archived or only active; both when left out'),
    name_contains: z.string().min(1).optional(),
    fields: z.array(z.enum(FIELDS)).min(1).optional(),
    limit: z.int().min(1).max(100).optional().describe('default 20'),
    offset: z.int().min(0).optional(),
  }),
  output: {
    ...tableOutput,
    projects: z.array(z.array(z.unknown())).optional(),
    total: z.number().optional(),
    next_offset: z.number().optional(),
  },
  /** A bare list without paging; pages are cut from it here. */
  response: listOf(ProjectObject, 'name'),
  example: { name_contains: 'road' },
  request: ({ archived }) => ({ method: 'GET', path: ['projects'], query: { archived } }),
  summarize(all, input, shaping) {
    const wanted = input.name_contains?.toLowerCase();
    const matching = all.filter(({ name }) => wanted === undefined || name?.toLowerCase().includes(wanted));
    const offset = input.offset ?? 0;
    const page = matching.slice(offset, offset + (input.limit ?? PAGE_SIZE));
    const end = offset + page.length;
    const more = page.length > 0 && end < matching.length;
    const projects = page.map((project) => projectRow(project, shaping));
    const { columns, without } = columnsOf(projects, FIELDS, input.fields ? [] : COSTLY);
    const { rows, ...table } = tableOf(projects, columns, input.fields);
    return {
      summary:
        page.length === 0
          ? `No project matches${wanted === undefined ? '' : ` the name ${JSON.stringify(wanted)}`}; ${all.length} exist in all.`
          : `${count(matching.length, 'project')} found; this page shows ${page.length}.${fieldsHint(without)}${more ? ` Pass offset ${end} for the next page.` : ''}`,
      total: matching.length,
      next_offset: more ? end : undefined,
      ...(rows.length > 0 && { ...table, projects: rows }),
      next_steps:
        page.length === 0 && input.name_contains !== undefined ? [createStep(input.name_contains)] : [],
    };
  },
});

function createStep(name: string): NextStep {
  return {
    tool: 'scale_ai_create_project',
    arguments: { name, type: 'imageannotation' },
    why: 'make the project, if images are to be labeled',
  };
}
