import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { TaskObject } from '../tasks/task-object.ts';
import { creationRecovery, summarizeCreatedTask } from './created-task.ts';
import { commonTaskFields } from './fields/common-task-fields.ts';
import { validateTask } from './validate-task.ts';
import { taskIdempotency } from './task-idempotency.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { TaskRules } from './validate-task.ts';

type Fields = Readonly<Record<string, z.ZodType>>;

interface CreatorSpec extends TaskRules {
  slug: string;
  /** Where the slug is too long for a name. */
  name?: string;
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

/**
 * For parameters of Scale's that this server does not know. What the tool has as an argument is refused here: arguments
 * are checked, limited to projects and shown to people, and nothing may be sent in their place.
 */
function additionalParamsBeside(known: Fields): z.ZodType {
  const params = z.record(z.string(), z.unknown()).superRefine((more, context) => {
    for (const name of Object.keys(more).filter((name) => name in known)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `is an argument of this tool: give it as ${name}, beside additional_params`,
      });
    }
  });
  return listedAsJson(params).optional().describe('other Scale parameters');
}

/** Declares the creator of one task type; what all creators share stands here once. */
export function defineTaskCreator(spec: CreatorSpec): Tool {
  const known: Fields = { ...spec.fields, ...commonTaskFields };
  const shape: Fields = { ...known, additional_params: additionalParamsBeside(known) };
  const input = z.strictObject(shape);
  return defineTool({
    slug: spec.slug,
    ...(spec.name !== undefined && { name: spec.name }),
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
      validateTask(spec, context, { ...params, ...asRecord(more) }),
    request: ({ additional_params: more, ...params }) => ({
      method: 'POST',
      path: ['task', spec.type],
      body: { ...params, ...asRecord(more) },
    }),
    planned: async (_context, { additional_params: more, ...params }) => ({
      tasks: 1,
      type: spec.type,
      sample: { ...params, ...asRecord(more) },
    }),
    idempotency: (request, _input, { derive }) => taskIdempotency(request, derive),
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
  return isRecord(value) ? value : {};
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
