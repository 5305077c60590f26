import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { ProjectObject, listProjectsStep } from '../projects/project-object.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

/** Classes that are named. */
const MAX_CLASSES = 100;

const LabelList = z.object({ path: z.array(z.string()), labels: z.array(z.unknown()) });
type LabelList = z.output<typeof LabelList>;

const Labels = z.object({
  form: z.string(),
  images: z.number(),
  annotations: z.number(),
  classes: z.array(z.object({ name: z.string(), annotations: z.number() })),
  notes: z.record(z.string(), z.number()),
  project: z
    .object({
      name: z.string(),
      labels: z.array(z.string()),
      only_in_data: z.array(z.string()),
      only_in_project: z.array(z.string()),
      lists: z.array(LabelList),
    })
    .optional(),
});
type Labels = z.output<typeof Labels>;

export const readLabels = defineTool({
  slug: 'SCALE_AI_READ_LABELS',
  title: 'Read labels',
  description:
    'Read labels in COCO, YOLO, Pascal VOC or Label Studio: classes, and how they differ from a project’s.',
  toolset: 'bulk',
  effect: 'read',
  input: z.strictObject({ labels_path: z.string().min(1), project: z.string().min(1).optional() }),
  output: { labels: z.looseObject({}).optional() },
  response: Labels,
  example: { labels_path: 'data/annotations/instances.json' },
  async run({ work, lookUp }, { labels_path: labelsPath, project }) {
    const read = await work.labels.read(labelsPath, project);
    if (project === undefined || !read.project) return read;
    const found = await lookUp('project', project);
    const params =
      found.state === 'found' ? ProjectObject.parse(found.object).param_history?.at(-1) : undefined;
    return { ...read, project: { ...read.project, lists: labelListsIn(params) } };
  },
  summarize(labels, { project }, shaping) {
    const { form, images, annotations, classes, notes, project: compared } = labels;
    const difference = compared
      ? `; project ${shaping.word(compared.name, 'named')} lacks ${compared.only_in_data.length} of them and has ${compared.only_in_project.length} more`
      : '';
    const shown = (names: readonly string[]): unknown[] | undefined =>
      names.length === 0 ? undefined : names.slice(0, MAX_CLASSES).map((name) => shaping.bare(name));
    return {
      summary: `${count(annotations, 'annotation')} of ${count(classes.length, 'class', 'classes')} on ${count(images, 'image')}, in ${form}${difference}.`,
      labels: {
        form,
        images,
        annotations,
        classes: classes
          .slice(0, MAX_CLASSES)
          .map(({ name, annotations: many }) => ({ name: shaping.bare(name), annotations: many })),
        only_in_data: compared && shown(compared.only_in_data),
        only_in_project: compared && shown(compared.only_in_project),
        not_as_it_is:
          Object.keys(notes).length > 0
            ? Object.entries(notes).map(([reason, many]) => ({
                reason: shaping.untrusted(reason, 200),
                count: many,
              }))
            : undefined,
      },
      next_steps: stepsOf(labels, project),
    };
  },
  recovery: { not_found: () => [listProjectsStep] },
});

/** A project with these labels, or these labels for the project; each is asked about before it is done. */
function stepsOf({ classes, project: compared }: Labels, project: string | undefined): NextStep[] {
  const names = classes.map(({ name }) => name);
  if (names.length === 0) return [];
  if (project === undefined) {
    const geometries = { box: { objects_to_annotate: names } };
    return [
      {
        tool: 'scale_ai_create_project',
        arguments: { name: 'NAME', type: 'imageannotation', params: { geometries } },
        why: 'a project with these classes',
      },
    ];
  }
  if (!compared || compared.only_in_data.length === 0) return [];
  if (compared.labels.length > 0) return [stepToAdd(compared.only_in_data, compared.lists, project)];
  return [
    {
      tool: 'scale_ai_set_project_ontology',
      arguments: { project_name: project, ontology: compared.only_in_data },
      why: 'gives the project these classes',
    },
  ];
}

/** Where there are several lists of labels, only the user knows to which of them the new ones belong. */
function stepToAdd(added: readonly string[], lists: readonly LabelList[], project: string): NextStep {
  const [list, another] = lists;
  if (list === undefined || another !== undefined) {
    return {
      tool: 'scale_ai_get_project',
      arguments: { project_name: project },
      why: 'where its labels stand; scale_ai_set_project_parameters with patch adds to a list that is given whole',
    };
  }
  const params = list.path.reduceRight<unknown>(
    (inner, name) => ({ [name]: inner }),
    [...list.labels, ...added],
  );
  return {
    tool: 'scale_ai_set_project_parameters',
    arguments: { project_name: project, params, patch: true },
    why: 'adds what the project lacks, and keeps what it has',
  };
}

/** Members of parameters that hold nothing but the labels to choose from. */
const LABEL_LISTS = new Set(['labels', 'objects_to_annotate']);

/** Labels with children are objects, and go along as they are. */
function labelListsIn(node: unknown, path: readonly string[] = []): LabelList[] {
  if (!isRecord(node)) return [];
  return Object.entries(node).flatMap(([name, member]) =>
    Array.isArray(member) && LABEL_LISTS.has(name)
      ? [{ path: [...path, name], labels: member }]
      : labelListsIn(member, [...path, name]),
  );
}
