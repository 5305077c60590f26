import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerPairs, answerTo } from '../support/answer-pairs.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { AnswerPair, PairName } from '../support/answer-pairs.ts';

// oxlint-disable-next-line no-explicit-any -- two shapes of JSON are asked the same questions
type Json = any;

interface Question {
  about: PairName;
  question: string;
  raw: (raw: Json) => unknown;
  concise: (answer: Json) => unknown;
}

const counted = (list: Json[], key: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of list) counts[item[key]] = (counts[item[key]] ?? 0) + 1;
  return counts;
};
const cell = (answer: Json, row: number, column: string): unknown =>
  answer.shared?.[column] ?? answer.tasks[row][answer.columns.indexOf(column)];

/** What people ask of these answers, and where each of the two says it. */
const QUESTIONS: readonly Question[] = [
  { about: 'get_task', question: 'Is it done?', raw: (t) => t.status, concise: ({ task }) => task.status },
  {
    about: 'get_task',
    question: 'When?',
    raw: (t) => t.completed_at,
    concise: ({ task }) => task.completed_at,
  },
  {
    about: 'get_task',
    question: 'Which project?',
    raw: (t) => t.project,
    concise: ({ task }) => task.project,
  },
  {
    about: 'get_task',
    question: 'Which image?',
    raw: (t) => t.params.attachment,
    concise: ({ task }) => task.asked.attachment,
  },
  {
    about: 'get_task',
    question: 'What could be labeled?',
    raw: (t) => t.params.geometries.box.objects_to_annotate,
    concise: ({ task }) => task.asked.geometries.box,
  },
  {
    about: 'get_task',
    question: 'How many boxes?',
    raw: (t) => t.response.annotations.length,
    concise: ({ task }) => task.result.by_geometry.box,
  },
  {
    about: 'get_task',
    question: 'How many of each label?',
    raw: (t) => counted(t.response.annotations, 'label'),
    concise: ({ task }) => task.result.by_label,
  },
  {
    about: 'get_task',
    question: 'How many are truncated?',
    raw: (t) => t.response.annotations.filter((a: Json) => a.attributes.truncated === 'yes').length,
    concise: ({ task }) => task.result.attributes.truncated.yes,
  },
  {
    about: 'get_task',
    question: 'How far left does anything reach?',
    raw: (t) => Math.min(...t.response.annotations.map((a: Json) => a.left)),
    concise: ({ task }) => task.result.bounds.left,
  },
  {
    about: 'list_tasks',
    question: 'How many are there in all?',
    raw: (l) => l.total,
    concise: (l) => l.total,
  },
  {
    about: 'list_tasks',
    question: 'How do I get the next page?',
    raw: (l) => l.next_token,
    concise: (l) => l.next_token,
  },
  {
    about: 'list_tasks',
    question: 'Which tasks are here?',
    raw: (l) => l.docs.map((t: Json) => t.task_id),
    concise: (l) => l.tasks.map((_: Json, row: number) => cell(l, row, 'task_id')),
  },
  {
    about: 'list_tasks',
    question: 'Which own id has the third?',
    raw: (l) => l.docs[2].unique_id,
    concise: (l) => cell(l, 2, 'unique_id'),
  },
  {
    about: 'list_tasks',
    question: 'Which batch is the last in?',
    raw: (l) => l.docs[99].batch,
    concise: (l) => cell(l, 99, 'batch'),
  },
  {
    about: 'list_tasks',
    question: 'How many cars has the first?',
    raw: (l) => l.docs[0].response.annotations.filter((a: Json) => a.label === 'car').length,
    concise: (l) => Number(/(\d+) car/.exec(String(cell(l, 0, 'labels')))?.[1]),
  },
  {
    about: 'get_project',
    question: 'Which version holds now?',
    raw: (p) => p.param_history.at(-1).version,
    concise: ({ project }) => project.current_version,
  },
  {
    about: 'get_project',
    question: 'How low may a box be?',
    raw: (p) => p.param_history.at(-1).geometries.box.min_height,
    concise: ({ project }) => project.params.geometries.box.min_height,
  },
  {
    about: 'get_project',
    question: 'What was that before?',
    raw: (p) => p.param_history.at(-2).geometries.box.min_height,
    concise: ({ project }) =>
      project.history.at(-1).changes.find((c: Json) => c.parameter === 'geometries.box.min_height').from,
  },
  {
    about: 'get_batch_status',
    question: 'How many failed?',
    raw: (s) => s.error,
    concise: (s) => s.batch.error,
  },
  {
    about: 'get_batch_status',
    question: 'How many are there?',
    raw: (s) => s.pending + s.completed + s.error + s.canceled,
    concise: (s) => s.total,
  },
];

let pairs: Record<PairName, AnswerPair>;
beforeAll(async () => {
  pairs = await answerPairs();
});

describe('a concise answer', () => {
  it.each(QUESTIONS)('$about: $question', ({ about, raw, concise }) => {
    const asked = raw(pairs[about].raw);
    expect(asked).not.toBeUndefined();
    expect(concise(pairs[about].concise)).toEqual(asked);
  });

  it.each<PairName>(['get_task', 'list_tasks', 'get_project'])(
    'of %s takes a quarter of the tokens',
    (name) => {
      const [short, long] = [pairs[name].concise, pairs[name].raw].map(
        (json) => encode(JSON.stringify(json)).length,
      );
      expect(short).toBeLessThanOrEqual(0.25 * (long ?? 0));
    },
  );
});

describe('what a concise answer leaves out', () => {
  it('is counted, and a call away: items of a result', () => {
    const { task, next_steps: steps } = pairs.get_task.concise as Json;
    expect(task.result.items).toMatchObject({ first: 12, of: 50, shared: { type: 'box' } });
    expect(task.result.items.rows).toHaveLength(12);
    const { columns, rows } = task.result.items;
    const left = rows.map((row: Json) => row[columns.indexOf('left')]);
    const { annotations } = (pairs.get_task.raw as Json).response;
    expect(left).toEqual(annotations.slice(0, 12).map((box: Json) => box.left));
    expect(steps).toContainEqual(expect.objectContaining({ tool: 'scale_ai_get_task_by_id' }));
  });

  it('is counted, and a call away: earlier versions of a project', async () => {
    const { project, next_steps: steps } = pairs.get_project.concise as Json;
    expect(project.earlier_versions).toBe(12);
    expect(project.history.map(({ version }: Json) => version)).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
    const step = steps.find(({ tool }: Json) => tool === 'scale_ai_get_project');
    const full: Json = (await answerTo('get_project', step.arguments)).project;
    expect(full.earlier_versions).toBeUndefined();
    expect(full.history).toHaveLength(20);
    expect(full.history.slice(12)).toMatchObject(project.history);
  });
});

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

const at = (index: number): string =>
  `2026-01-0${(index % 9) + 1}T09:00:${String(index % 60).padStart(2, '0')}.000Z`;

const hexOf = (index: number): string =>
  ((0x9e3779b97f4a7c15n * BigInt(index + 7)) & 0xffffffffffffffffn).toString(16).padStart(16, '0');

/** Pages as long as a call may ask for, of objects of which no two are alike. */
const PAGES: readonly [string, string, (index: number) => object][] = [
  [
    'scale_ai_list_tasks',
    'labels',
    (index) => ({
      task_id: `65f0c1d2${hexOf(index)}`,
      status: 'completed',
      type: 'imageannotation',
      project: 'streets',
      unique_id: `street-${String(index).padStart(4, '0')}`,
      completed_at: at(index),
      response: {
        annotations: Array.from({ length: 1 + (index % 7) }, (_, box) => ({
          type: 'box',
          label: ['car', 'pedestrian', 'traffic_sign'][(box * index) % 3],
        })),
      },
    }),
  ],
  [
    'scale_ai_list_batches',
    'created_at, completed_at',
    (index) => ({
      name: `streets-week-${index}`,
      project: 'streets',
      status: index % 2 === 0 ? 'completed' : 'in_progress',
      created_at: at(index),
      completed_at: at(index + 3),
    }),
  ],
  [
    'scale_ai_list_projects',
    'created_at, version, labels',
    (index) => ({
      name: `streets-of-town-${index}`,
      type: index % 2 === 0 ? 'imageannotation' : 'segmentannotation',
      created_at: at(index),
      archived: false,
      param_history: [
        {
          version: index % 5,
          geometries: { box: { objects_to_annotate: ['car', 'pedestrian', `kind_${index}`] } },
        },
      ],
    }),
  ],
];

describe('a page of a hundred', () => {
  it.each(PAGES)('%s takes 2,500 tokens, and says how %s are had', async (tool, without, objectAt) => {
    const objects = HUNDRED.map(objectAt);
    const page =
      tool === 'scale_ai_list_projects'
        ? objects
        : { docs: objects, total: 250, totalDocs: 250, next_token: 'bmV4dA' };
    const stub = await startScaleStub((_request, response) => json(response, 200, page));
    const bench = await openBench({ baseUrl: stub.baseUrl });
    const answer: Json = outputOf(await bench.call(tool, { limit: 100 }));
    const few: Json = outputOf(await bench.call(tool, { limit: 100, fields: [without.split(', ')[0]] }));
    await bench.close();
    await stub.close();
    expect(answer.summary).toContain(`Name fields to see ${without} of each`);
    expect(answer[tool.slice('scale_ai_list_'.length)]).toHaveLength(100);
    expect(encode(JSON.stringify(answer)).length).toBeLessThanOrEqual(2_500);
    expect(few.columns).toEqual([without.split(', ')[0]]);
  });
});
