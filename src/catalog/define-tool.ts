import * as z from 'zod';
import { jsonTextsOf } from './listed-as.ts';
import { listSchemas } from './listed-schemas.ts';
import { namedBy, namedInRequest, projectPathOf, subjectsOf } from './subjects.ts';
import { MODES } from './vocabulary.ts';
import type { ReconcileContext, PreparedCall, Subjects, Tool, ToolSpec } from './tool.ts';

/**
 * Turns a declaration into a tool. The typed functions of the declaration are closed over here, once the
 * arguments have been parsed, so that nothing downstream needs a cast.
 *
 * @throws Error when the declaration has neither or both of `request` and `run`.
 */
export function defineTool<I extends z.ZodObject, R extends z.ZodType>(spec: ToolSpec<I, R>): Tool {
  if ((spec.request === undefined) === (spec.run === undefined)) {
    throw new Error(`${spec.slug}: declare either request or run`);
  }
  const output = z.looseObject({ summary: z.string(), mode: z.enum(MODES), ...spec.output });
  const schemas: Tool['schemas'] = () => ({ input: spec.input, output });
  return {
    name: spec.name ?? spec.slug.toLowerCase(),
    slug: spec.slug,
    title: spec.title,
    description: spec.description,
    toolset: spec.toolset,
    effect: spec.effect,
    consequences: spec.consequences ?? [],
    reach: spec.reach ?? 'project',
    projectPath: spec.projectPath ?? projectPathOf(spec.input.shape),
    filledIn: [],
    idempotent: spec.effect === 'read' || spec.idempotent === true,
    plansOnly: spec.plansOnly ?? false,
    strictLists: spec.strictLists ?? [],
    jsonTexts: jsonTextsOf(spec.input.shape),
    ...(spec.page !== undefined && { page: spec.page }),
    example: spec.example,
    schemas,
    listed: () => listSchemas(schemas()),
    prepare(args) {
      const parsed = spec.input.safeParse(args);
      return parsed.success ? { call: prepareCall(spec, parsed.data) } : { issues: parsed.error.issues };
    },
  };
}

function prepareCall<I extends z.ZodObject, R extends z.ZodType>(
  spec: ToolSpec<I, R>,
  input: z.output<I>,
): PreparedCall {
  const request = spec.request?.(input);
  const asked = spec.subjects?.(input) ?? subjectsOf(input);
  const sent = request ? namedInRequest(request) : [];
  const places = sent.filter(({ isSource }) => isSource !== true);
  const sentSubjects: Subjects = Object.fromEntries(places.map(({ kind, name }) => [kind, name]));
  return {
    ...(request && { request }),
    idempotency: (derive) => request && spec.idempotency?.(request, input, { derive }),
    check: async (context) => (await spec.check?.(context, input)) ?? [],
    nothingToDo: async (context) => spec.nothingToDo?.(context, input),
    approved: async (context) => (await spec.approved?.(context, input)) ?? false,
    planned: async (context) => (await spec.planned?.(context, input)) ?? {},
    ...(spec.reconcile && {
      reconcile: async (context: ReconcileContext) => spec.reconcile?.(context, input),
    }),
    async execute(context) {
      if (spec.run) return spec.run(context, input);
      return request && context.send(request);
    },
    summarize: (response, shaping) => spec.summarize(spec.response.parse(response), input, shaping),
    pictures: (response) => spec.pictures?.(spec.response.parse(response)) ?? [],
    meta: (response) => spec.meta?.(spec.response.parse(response)),
    recover: (code) => spec.recovery?.[code]?.(input) ?? [],
    subjects: spec.effect === 'create' ? { ...asked, ...sentSubjects } : asked,
    named: [...namedBy(asked), ...sent],
    detail: 'detail' in input && input.detail === 'full' ? 'full' : 'concise',
  };
}
