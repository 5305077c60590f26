import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { TaskParameters } from '../annotation/fields/task-parameters.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { RestRequest } from '../../src/catalog/rest-request.ts';

/** The types for which Scale takes evaluation and training tasks (core.md 4.16). */
const QUALITY_TYPES = [
  'documenttranscription',
  'segmentannotation',
  'videoplaybackannotation',
  'imageannotation',
  'textcollection',
  'namedentityrecognition',
] as const;

export const AnObject = listedAsJson(z.record(z.string(), z.unknown()));

/** Arguments of their own: among the parameters they would be sent in place of what was checked, or be lost. */
const BESIDE_PARAMS = ['type', 'project', 'expected_response', 'initial_response'];

const Params = listedAsJson(
  TaskParameters.superRefine((params, context) => {
    for (const name of BESIDE_PARAMS.filter((name) => name in params)) {
      context.addIssue({ code: 'custom', path: [name], message: `is an argument: give it beside params` });
    }
  }),
);

/** What both kinds take: the task itself, and the answer that is right. */
export const qualityInput = {
  type: z.enum(QUALITY_TYPES),
  project: z.string().min(1).describe('a Rapid project'),
  params: Params.describe('parameters as for creating a task of the type'),
  expected_response: AnObject.describe('the right answer, in the form of a real response'),
};

const QualityTask = z
  .looseObject({
    id: z.string().optional().catch(undefined),
    task_id: z.string().optional().catch(undefined),
  })
  .catch({});

interface QualitySpec<I extends z.ZodObject> {
  slug: string;
  title: string;
  noun: string;
  description: string;
  input: I;
  example: z.input<I>;
  request: (input: z.output<I>) => RestRequest;
  projectOf: (input: z.output<I>) => string;
}

/** Declares the creator of tasks whose answer is known. They bear no identity: each call creates another. */
export function defineQualityTask<I extends z.ZodObject>(spec: QualitySpec<I>): Tool {
  return defineTool({
    slug: spec.slug,
    title: spec.title,
    description: spec.description,
    toolset: 'quality',
    effect: 'create',
    consequences: ['billable'],
    input: spec.input,
    output: { quality_task: z.looseObject({}).optional() },
    response: QualityTask,
    example: spec.example,
    projectPath: ['project'],
    subjects: (input) => ({ project: spec.projectOf(input) }),
    request: spec.request,
    planned: async (_context, input) => ({ tasks: 1, sample: input }),
    summarize({ id, task_id, ...rest }, _input, shaping) {
      const named = id ?? task_id;
      return {
        summary: `Created ${spec.noun} ${shaping.word(named, '(Scale gave no id)')}.`,
        quality_task: {
          id: named === undefined ? undefined : shaping.bare(named),
          ...asRecord(shaping.fenceJson(rest)),
        },
      };
    },
    recovery: { not_found: () => [listProjectsStep] },
  });
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
