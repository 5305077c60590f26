import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

/** Classes that are named. */
const MAX_CLASSES = 100;

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
  run: ({ work }, { labels_path: labelsPath, project }) => work.labels.read(labelsPath, project),
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
  return [
    {
      tool: 'scale_ai_set_project_ontology',
      arguments: { project_name: project, ontology: [...compared.labels, ...compared.only_in_data] },
      why: 'adds what the project lacks, and keeps what it has',
    },
  ];
}
