import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';

const Total = z.object({ total: z.number().optional(), totalDocs: z.number().optional() }).catch({});

/** What the key sees, counted, and what holds for the caller. */
const Read = z.object({
  projects: z.array(z.unknown()).catch([]),
  batches: Total,
  tasks: Total,
  standing: z.looseObject({
    limits: z.array(z.looseObject({ limit: z.string(), allowed: z.number(), left: z.number() })),
  }),
});

const MODE_WORDS = {
  live: 'This is a live key: work costs money and reaches people.',
  test: 'This is a test key: nothing is charged and nobody works on it.',
  sandbox: 'This is the local sandbox: nothing leaves this machine and nothing is charged.',
} as const;

export const getAccount = defineTool({
  slug: 'SCALE_AI_GET_ACCOUNT',
  title: 'Get account',
  description:
    'Tell whether work is live, test or sandbox, what the key can see, which limits and questions apply, and what is left of them.',
  toolset: 'account',
  effect: 'read',
  reach: 'team',
  input: z.strictObject({}),
  output: { account: z.looseObject({}).optional(), limits: z.array(z.looseObject({})).optional() },
  response: Read,
  example: {},
  async run(context) {
    const [projects, batches, tasks] = await Promise.all([
      context.send({ method: 'GET', path: ['projects'] }),
      context.send({ method: 'GET', path: ['batches'], query: { limit: 1 } }),
      context.send({ method: 'GET', path: ['tasks'], query: { limit: 1 } }),
    ]);
    return { projects, batches, tasks, standing: await context.standing() };
  },
  summarize({ projects, batches, tasks, standing }, _input, shaping) {
    const { limits, ...rest } = standing;
    const batchTotal = batches.totalDocs ?? batches.total ?? 0;
    const sees = `${count(projects.length, 'project')}, ${count(batchTotal, 'batch', 'batches')}, ${count(tasks.total ?? 0, 'task')}`;
    const tight = limits.find(({ left }) => left === 0);
    const used = tight ? ` Nothing is left of ${tight.limit}.` : '';
    return {
      summary: `${MODE_WORDS[shaping.mode]} The key sees ${sees}.${used}`,
      account: { ...rest, projects: projects.length, batches: batchTotal, tasks: tasks.total },
      limits,
    };
  },
});
