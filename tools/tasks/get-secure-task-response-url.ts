import * as z from 'zod';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { NothingFound } from '../../src/catalog/nothing-found.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { UnreadAnswer } from '../../src/catalog/unread-answer.ts';
import { fileInShort } from '../results/file-results.ts';
import { imageFacts } from '../results/image-facts.ts';
import { resultUrls } from '../../src/responses/result-urls.ts';
import { TaskId, Detail, listTasksStep } from './task-lookup.ts';
import { KnownTask, TaskObject } from './task-object.ts';
import { wordsAsked } from './words-asked.ts';
import type { ResultUrl } from '../../src/responses/result-urls.ts';

const PAGE = 20;

/** The task, which of its files was read, and what was in it. */
const Read = z.object({
  task: TaskObject,
  path: z.string(),
  available: z.array(z.string()),
  contentType: z.string(),
  bytes: z.instanceof(Uint8Array),
});

export const getSecureTaskResponseUrl = defineTool({
  slug: 'SCALE_AI_GET_SECURE_TASK_RESPONSE_URL',
  title: 'Get stored task result',
  description:
    'Read a result that is too large for the task (segmentation, video, lidar): numbers first, then frames or tracks by offset.',
  toolset: 'tasks',
  effect: 'read',
  input: z.strictObject({
    task_id: TaskId,
    path: z.string().min(1).optional().describe('which file, such as annotations.url'),
    uuid: z.string().min(1).max(128).optional().describe('of the file, instead of path'),
    offset: z.int().min(0).optional(),
    limit: z.int().min(1).max(1_000).optional().describe('default 20'),
    detail: Detail.optional(),
  }),
  output: {
    result: z.looseObject({}).optional(),
    items: z.array(z.unknown()).optional(),
    total: z.number().optional(),
    next_offset: z.number().optional(),
  },
  response: Read,
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', path: 'annotations.url' },
  async run(context, { task_id: taskId, path, uuid }) {
    const answer = await context.send({ method: 'GET', path: ['task', taskId] });
    const task = readAnswer(KnownTask, answer, 'a task');
    if (task.unread?.['response'] !== undefined)
      throw new UnreadAnswer('a response of a task', task.unread['response']);
    const found = resultUrls(task.response);
    const chosen = choose(found, path, uuid);
    if (!chosen) throw nothingStored(taskId, task.status);
    context.report({ progress: 1, total: 2, message: `the task is read; now ${chosen.path}` });
    const { contentType, bytes } = await context.readResult(chosen.url);
    return { task, path: chosen.path, available: found.map((file) => file.path), contentType, bytes };
  },
  summarize(read, { task_id: taskId, offset = 0, limit = PAGE }, shaping) {
    const { task, path, available } = read;
    const file = {
      path,
      content_type: shaping.bare(read.contentType),
      bytes: read.bytes.length,
      other_files: available.filter((one) => one !== path),
    };
    const where = `"${path}" of task ${shaping.word(task.task_id, taskId)}`;
    const json = parseJson(read);
    if (json === undefined) {
      const facts = imageFacts(read.bytes);
      const size = facts
        ? `a picture of ${facts.width} × ${facts.height} pixels`
        : `${read.bytes.length} bytes`;
      return {
        summary: `${where} is ${size} (${shaping.word(read.contentType, 'unknown type')}); it is not shown here.`,
        result: { ...file, ...facts },
      };
    }
    const { headline, facts, items = [] } = fileInShort(json, wordsAsked(task.params), shaping);
    const page = items.slice(offset, offset + limit);
    const end = offset + page.length;
    return {
      summary: `${where} holds ${headline}; items ${page.length === 0 ? 'none' : `${offset + 1} to ${end}`} of ${items.length} follow.`,
      result: { ...file, ...facts },
      total: items.length,
      next_offset: end < items.length ? end : undefined,
      items: page,
    };
  },
  recovery: { not_found: () => [listTasksStep] },
});

/** The file that was asked for: by place, by uuid, or the first one. */
function choose(
  found: readonly ResultUrl[],
  path: string | undefined,
  uuid: string | undefined,
): ResultUrl | undefined {
  if (path === undefined && uuid === undefined) return found[0];
  const chosen = found.find((file) =>
    path === undefined ? file.url.endsWith(`/${uuid}`) : file.path === path,
  );
  if (chosen || found.length === 0) return chosen;
  throw new RefusedArguments([
    {
      path: path === undefined ? 'uuid' : 'path',
      message: 'is not a file of this task',
      allowed: found.map((file) => file.path).join(', '),
    },
  ]);
}

function nothingStored(taskId: string, status: string | undefined): NothingFound {
  const reason =
    status === 'completed'
      ? 'Its result stands on the task itself: use scale_ai_get_task.'
      : 'It is not completed yet.';
  return new NothingFound(`Task ${taskId} has no stored result. ${reason}`);
}

function parseJson({ contentType, bytes }: z.output<typeof Read>): unknown {
  if (/^(image|video|audio)\//.test(contentType)) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
