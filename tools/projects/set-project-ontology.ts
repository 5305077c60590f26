import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { fromJson } from '../../src/catalog/from-json.ts';
import { listedAs } from '../../src/catalog/listed-as.ts';
import { ProjectName, ProjectObject, listProjectsStep } from './project-object.ts';
import { wordsAsked } from '../tasks/words-asked.ts';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

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

/** Labels that are named. */
const MAX_NAMED = 8;

/** Tasks inherit the parameters whatever the ontology says. */
function stillInForce(own: readonly string[], shaping: Shaping): string {
  if (own.length === 0) return '';
  const named = own.slice(0, MAX_NAMED).map((label) => shaping.quote(label));
  return ` It does not change the labels in the project’s parameters, which new tasks go on to inherit: ${named.join(', ')}${own.length > MAX_NAMED ? ' and more' : ''}. scale_ai_set_project_parameters changes those.`;
}

export const setProjectOntology = defineTool({
  slug: 'SCALE_AI_SET_PROJECT_ONTOLOGY',
  title: 'Set project ontology',
  description:
    'Give a project a new ontology (legacy endpoint). Labels that stand in its parameters stay as they are: set_project_parameters changes those.',
  toolset: 'projects',
  effect: 'update',
  input: z.strictObject({
    project_name: ProjectName,
    ontology: Ontology.describe('"car" or {choice, display, description, subchoices}'),
    name: z.string().min(1).optional().describe('of the version'),
  }),
  output: {},
  response: z.object({ own: z.array(z.string()).optional() }),
  example: {
    project_name: 'road-signs',
    ontology: ['traffic_sign', { choice: 'vehicle', subchoices: ['car', 'truck'] }],
  },
  /** What Scale answers is not documented. */
  async run(context, { project_name, ...body }) {
    await context.send({ method: 'POST', path: ['projects', project_name, 'setOntology'], body });
    const found = await context.lookUp('project', project_name, { fresh: true });
    if (found.state !== 'found') return {};
    return { own: [...wordsAsked(ProjectObject.parse(found.object).param_history?.at(-1))] };
  },
  summarize: ({ own }, { project_name, ontology }, shaping) => ({
    summary: `Project ${project_name} has a new ontology of ${count(words(ontology).length, 'label')}${own?.length === 0 ? '; new tasks use it' : ''}.${stillInForce(own ?? [], shaping)}`,
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
