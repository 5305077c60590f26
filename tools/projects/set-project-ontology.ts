import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { fromJson } from '../../src/catalog/from-json.ts';
import { listedAs } from '../../src/catalog/listed-as.ts';
import { ProjectName, listProjectsStep } from './project-object.ts';
import { count } from '../count.ts';

type Choice =
  | string
  | {
      choice: string;
      display?: string | undefined;
      description?: string | undefined;
      subchoices?: Choice[] | undefined;
    };

const Choice: z.ZodType<Choice> = z.lazy(() =>
  z.union(
    [
      z.string().min(1),
      z.strictObject({
        choice: z.string().min(1),
        display: z.string().optional(),
        description: z.string().optional(),
        subchoices: z.array(Choice).min(1).optional(),
      }),
    ],
    { error: 'must be a label, or {choice, display?, description?, subchoices?}' },
  ),
);

const Ontology = listedAs(
  {
    type: 'array',
    items: { type: 'string' },
    description: 'labels; one with children as JSON {choice, subchoices}',
  },
  z
    .array(z.preprocess(fromJson, Choice))
    .min(1)
    .superRefine((ontology, context) => {
      const seen = new Set<string>();
      for (const word of words(ontology)) {
        if (seen.has(word))
          context.addIssue({ code: 'custom', message: `"${word}" stands twice; each choice must be unique` });
        seen.add(word);
      }
    }),
);

function words(ontology: readonly Choice[]): string[] {
  return ontology.flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [entry.choice, ...words(entry.subchoices ?? [])],
  );
}

export const setProjectOntology = defineTool({
  slug: 'SCALE_AI_SET_PROJECT_ONTOLOGY',
  title: 'Set project ontology',
  description:
    'Give a project a new version of its labels (legacy endpoint; set_project_parameters is the newer way). New tasks use it at once.',
  toolset: 'projects',
  effect: 'update',
  input: z.strictObject({
    project_name: ProjectName,
    ontology: Ontology.describe('"car" or {choice, display, description, subchoices}'),
    name: z.string().min(1).optional().describe('of the version'),
  }),
  output: {},
  /** Not documented by Scale. */
  response: z.unknown(),
  example: {
    project_name: 'road-signs',
    ontology: ['traffic_sign', { choice: 'vehicle', subchoices: ['car', 'truck'] }],
  },
  request: ({ project_name, ...body }) => ({
    method: 'POST',
    path: ['projects', project_name, 'setOntology'],
    body,
  }),
  summarize: (_response, { project_name, ontology }) => ({
    summary: `Project ${project_name} has a new ontology of ${count(words(ontology).length, 'label')}; new tasks use it.`,
    next_steps: [
      { tool: 'scale_ai_get_project', arguments: { project_name }, why: 'the versions of its ontology' },
    ],
  }),
  recovery: {
    not_found: () => [listProjectsStep],
    unknown: ({ project_name }) => [
      { tool: 'scale_ai_get_project', arguments: { project_name }, why: 'whether the version is there' },
    ],
  },
});
