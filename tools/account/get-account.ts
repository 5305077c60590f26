import * as z from 'zod';
import { Count, ifRead, listOf } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';

/** A list that was not read has no number: the key may see many. */
const Total = ifRead(z.object({ total: ifRead(Count), totalDocs: ifRead(Count) }));

/** What the key sees, counted, and what holds for the caller. */
const Read = z.object({
  projects: ifRead(listOf(z.looseObject({ name: ifRead(z.string()) }), 'name')),
  batches: Total,
  tasks: Total,
  accountStatus: z.looseObject({
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
    'Tell whether work is live, test or sandbox, what the key can see, which limits, rates and questions apply, and what is left.',
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
    return { projects, batches, tasks, accountStatus: await context.accountStatus() };
  },
  summarize({ projects, batches, tasks, accountStatus }, _input, shaping) {
    const { limits, ...rest } = accountStatus;
    const batchTotal = batches?.totalDocs ?? batches?.total;
    const counts = [
      counted(projects?.length, 'project', 'projects'),
      counted(batchTotal, 'batch', 'batches'),
      counted(tasks?.total, 'task', 'tasks'),
    ];
    const tight = limits.find(({ left }) => left === 0);
    const used = tight ? ` Nothing is left of ${tight.limit}.` : '';
    return {
      summary: `${MODE_WORDS[shaping.mode]} The key sees ${counts.join(', ')}.${used}`,
      account: { ...rest, projects: projects?.length, batches: batchTotal, tasks: tasks?.total },
      limits,
    };
  },
});

function counted(number: number | undefined, noun: string, plural: string): string {
  return number === undefined
    ? `${plural} (their number was not in what Scale answered)`
    : count(number, noun, plural);
}
