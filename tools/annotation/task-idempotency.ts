import * as z from 'zod';
import { listOf, mustBeFiltered, readAnswer } from '../../src/catalog/answer-forms.ts';
import { derivedUniqueId, differencesBetween } from '../../src/catalog/idempotent-create.ts';
import { isRecord } from '../../src/responses/compact.ts';
import type { IdempotentCreate } from '../../src/catalog/idempotent-create.ts';
import type { RestRequest } from '../../src/catalog/rest-request.ts';

const Page = z.object({ docs: listOf(z.record(z.string(), z.unknown()), 'task_id', 'status') });

/** Scale does not give these back, or not as they were sent. */
const NOT_SHOWN = new Set([
  'unique_id',
  'clear_unique_id_on_error',
  'project_version',
  'project_param_version',
]);

/**
 * The identity of a task is its `unique_id`: the caller's, or one that follows from the request, so that the same
 * request sent again is the same task and not a second charge (Scale refuses a second use with 409).
 *
 * @param derive whether to make an id where the caller gave none
 */
export function taskIdempotency(request: RestRequest, derive: boolean): IdempotentCreate | undefined {
  const body = isRecord(request.body) ? request.body : {};
  const own = typeof body['unique_id'] === 'string' ? body['unique_id'] : undefined;
  if (own === undefined && !derive) return undefined;
  const identity = own ?? derivedUniqueId(request);
  const numbered = (number: number): string => (number === 1 ? identity : `${identity}-${number}`);
  return {
    derived: own === undefined,
    identity: numbered,
    request: (number) => ({ ...request, body: { ...body, unique_id: numbered(number) } }),
    find: (id) => ({ method: 'GET', path: ['tasks'], query: { unique_id: [id], limit: 1 } }),
    findStep: (id) => ({
      tool: 'scale_ai_get_task',
      arguments: { unique_id: id },
      why: 'whether the task exists; calling again with the same arguments is safe, too',
    }),
    pick(answer, id) {
      const [task] = readAnswer(Page, answer, 'a page of tasks').docs;
      mustBeFiltered(task, { unique_id: id });
      return task;
    },
    isObject: (answer) => isRecord(answer) && typeof answer['task_id'] === 'string',
    differences: (task) =>
      differencesBetween({ type: request.path.at(-1), ...asked(body) }, shown(task, body)),
    isSpent: (task) => own === undefined && (task['status'] === 'canceled' || task['status'] === 'error'),
  };
}

function asked(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !NOT_SHOWN.has(name)));
}

/** A task with its parameters beside its own members. The project's instruction follows the task's own. */
function shown(
  task: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const params = isRecord(task['params']) ? task['params'] : {};
  const { instruction } = { ...params, ...task };
  const own = body['instruction'];
  const begins = typeof own === 'string' && typeof instruction === 'string' && instruction.startsWith(own);
  return { ...params, ...task, ...(begins && { instruction: own }) };
}
