import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskObject } from '../tasks/task-object.ts';
import { creationRecovery, summarizeCreatedTask } from './created-task.ts';
import { commonTaskFields } from './fields/common-task-fields.ts';
import { judgeTask } from './judge.ts';
import { oncePerTask } from './once-per-task.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { TaskRules } from './judge.ts';

type Fields = Readonly<Record<string, z.ZodType>>;

interface CreatorSpec extends TaskRules {
  slug: string;
  title: string;
  /** What kind of task it is, in a sentence: "image annotation". */
  noun: string;
  description: string;
  /** The parameters of the type; what a project may supply is optional. */
  fields: Fields;
  example: Readonly<Record<string, unknown>>;
  /** Faults of the request alone, project or not. */
  refine?: (input: Readonly<Record<string, unknown>>, context: z.RefinementCtx) => void;
}

/** For parameters of Scale's that this server does not know: merged over everything else. */
const additionalParams = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('other Scale parameters, merged last');

/** Declares the creator of one task type; what all creators share stands here once. */
export function defineTaskCreator(spec: CreatorSpec): Tool {
  const shape: Fields = { ...spec.fields, ...commonTaskFields, additional_params: additionalParams };
  const input = z.strictObject(shape);
  return defineTool({
    slug: spec.slug,
    title: spec.title,
    description: spec.description,
    toolset: 'annotation',
    effect: 'create',
    consequences: ['billable'],
    strictLists: ['attachments', 'events_to_annotate'],
    input: spec.refine ? input.superRefine(spec.refine) : input,
    output: { task: z.looseObject({}).optional() },
    response: TaskObject,
    example: spec.example,
    check: (context, { additional_params: more, ...params }) =>
      judgeTask(spec, context, { ...params, ...asRecord(more) }),
    request: ({ additional_params: more, ...params }) => ({
      method: 'POST',
      path: ['task', spec.type],
      body: { ...params, ...asRecord(more) },
    }),
    planned: async () => ({ tasks: 1, type: spec.type }),
    once: (request, _input, { derive }) => oncePerTask(request, derive),
    summarize(task, { additional_params: more }, shaping) {
      const sent = Object.keys(asRecord(more));
      return {
        ...summarizeCreatedTask(task, spec.noun, shaping),
        additional_params_sent: sent.map((name) => shaping.bare(name)),
      };
    },
    recovery: creationRecovery,
  });
}

function asRecord(value: unknown): Record<string, unknown> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  return parsed.success ? parsed.data : {};
}

/** Refuses context pictures that repeat what is to be labeled. */
export function refuseRepeatedContext(
  input: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  const pictures = input['context_attachments'];
  if (!Array.isArray(pictures)) return;
  for (const [index, picture] of pictures.entries()) {
    if (asRecord(picture)['attachment'] !== input['attachment']) continue;
    context.addIssue({
      code: 'custom',
      path: ['context_attachments', index],
      message: 'must not repeat the attachment that is to be labeled',
    });
  }
}

/** Refuses two parameters of which only one can be given. */
export function refuseBoth(
  first: string,
  second: string,
): (input: Readonly<Record<string, unknown>>, context: z.RefinementCtx) => void {
  return (input, context) => {
    if (input[first] === undefined || input[second] === undefined) return;
    context.addIssue({
      code: 'custom',
      path: [second],
      message: `cannot be given together with ${first}; choose one`,
    });
  };
}
