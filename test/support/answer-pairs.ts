import { openBench, outputOf } from './invoke-tool.ts';
import { json, startScaleStub } from './scale-stub.ts';

/** What Scale answers, and what the tool makes of it. */
export interface AnswerPair {
  raw: unknown;
  concise: Record<string, unknown>;
}

export const PAIR_NAMES = ['get_task', 'list_tasks', 'get_project', 'get_batch_status'] as const;
export type PairName = (typeof PAIR_NAMES)[number];

const LABELS = ['car', 'pedestrian', 'traffic_sign', 'bicycle'];
const INSTRUCTION =
  '## Task\nDraw a tight box around every road user and every traffic sign that a driver could see. ' +
  'Boxes touch the outermost pixels. Leave out what is smaller than 8 pixels, what is seen in a mirror and what is printed on a poster. ' +
  'An object that is hidden for more than four fifths is left out as well. Name the kind of each object by its label, and say how much of it is hidden.';

function box(number: number): object {
  return {
    uuid: `63a3327c-ef44-4a10-8be0-${number.toString(16).padStart(12, '0')}`,
    type: 'box',
    label: LABELS[number % LABELS.length],
    left: 20 + number * 17,
    top: 30 + number * 11,
    width: 40 + (number % 7) * 9,
    height: 30 + (number % 5) * 8,
    attributes: { occlusion: `${(number % 4) * 20}%`, truncated: number % 3 === 0 ? 'yes' : 'no' },
  };
}

function task(number: number, boxes: number): object {
  return {
    task_id: `65f0c1d2e4b0a900${number.toString(16).padStart(8, '0')}`,
    created_at: '2026-01-05T09:00:00.000Z',
    completed_at: `2026-01-06T09:${String(number % 60).padStart(2, '0')}:00.000Z`,
    updated_at: '2026-01-06T10:00:00.000Z',
    callback_url: 'https://hooks.example.com/scale',
    type: 'imageannotation',
    status: 'completed',
    instruction: INSTRUCTION,
    is_test: false,
    urgency: 'standard',
    metadata: { camera: 'front' },
    project: 'road-signs',
    batch: 'week-1',
    project_param_version: 19,
    unique_id: `image-${number}`,
    tags: ['demo'],
    processed_attachments: [],
    callback_succeeded: true,
    callback_succeeded_at: '2026-01-06T09:00:05.000Z',
    params: {
      attachment_type: 'image',
      attachment: `https://assets.example.com/week-1/${number}.jpg`,
      geometries: { box: { objects_to_annotate: LABELS, min_height: 8, min_width: 8, integer_pixels: true } },
      annotation_attributes: {
        occlusion: { description: 'How much is hidden?', choices: ['0%', '20%', '40%', '60%'] },
        truncated: { description: 'Is it cut by the edge?', choices: ['yes', 'no'] },
      },
    },
    response: {
      annotations: Array.from({ length: boxes }, (_, index) => box(index)),
      links: [],
      global_attributes: {},
    },
  };
}

function version(number: number): object {
  return {
    version: number,
    created_at: `2026-01-${String(number + 1).padStart(2, '0')}T09:00:00.000Z`,
    instruction: `${INSTRUCTION} Version ${number}.`,
    geometries: {
      box: { objects_to_annotate: LABELS, min_height: 8 + number, min_width: 8, integer_pixels: true },
    },
    annotation_attributes: {
      occlusion: { description: 'How much is hidden?', choices: ['0%', '20%', '40%', '60%'] },
    },
  };
}

const RAW: Readonly<Record<PairName, object>> = {
  get_task: task(1, 50),
  list_tasks: {
    docs: Array.from({ length: 100 }, (_, index) => task(index + 1, 10)),
    total: 250,
    limit: 100,
    offset: 0,
    has_more: true,
    next_token: 'bmV4dA',
  },
  get_project: {
    type: 'imageannotation',
    name: 'road-signs',
    created_at: '2026-01-01T09:00:00.000Z',
    archived: false,
    param_history: Array.from({ length: 20 }, (_, index) => version(index)),
  },
  get_batch_status: { status: 'in_progress', pending: 120, completed: 870, error: 7, canceled: 3 },
};

const ARGUMENTS: Readonly<Record<PairName, Record<string, unknown>>> = {
  get_task: { task_id: '65f0c1d2e4b0a90000000001' },
  list_tasks: { project: 'road-signs', limit: 100 },
  get_project: { project_name: 'road-signs' },
  get_batch_status: { batch_name: 'week-1' },
};

/** Four answers as large as they are in practice. */
export async function answerPairs(): Promise<Record<PairName, AnswerPair>> {
  const pairOf = async (name: PairName): Promise<AnswerPair> => ({
    raw: RAW[name],
    concise: await answerTo(name, ARGUMENTS[name]),
  });
  return {
    get_task: await pairOf('get_task'),
    list_tasks: await pairOf('list_tasks'),
    get_project: await pairOf('get_project'),
    get_batch_status: await pairOf('get_batch_status'),
  };
}

/** What a tool answers when Scale answers the large one; through the whole call path. */
export async function answerTo(
  name: PairName,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const stub = await startScaleStub((_request, response) => json(response, 200, RAW[name]));
  const bench = await openBench({ baseUrl: stub.baseUrl });
  const answer = outputOf(await bench.call(`scale_ai_${name}`, args));
  await bench.close();
  await stub.close();
  return answer;
}
