import { REFUSAL } from '../api-error.ts';
import { createTask } from '../create-task.ts';
import { isObject } from '../json.ts';
import { listTasks } from '../list-tasks.ts';
import { Query } from '../query.ts';
import { readObject } from '../request-fields.ts';
import { limitedTaskView, taskView } from '../task-view.ts';
import { attachmentUrls } from '../attachments.ts';
import { param } from './route-context.ts';
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { TaskRecord } from '../state/records.ts';
import type { AddRoutes } from './route-context.ts';

/** Creation, retrieval and cancelling. */
export const addTaskRoutes: AddRoutes = (app, accountOf) => {
  app.post('/task/:type', async (request) => {
    const account = accountOf(request);
    const key = request.headers['idempotency-key'];
    const { task, replayed } = createTask(
      account.store,
      {
        type: param(request, 'type'),
        body: readObject(request.body),
        idempotencyKey: typeof key === 'string' ? key : undefined,
      },
      account.clock.now(),
    );
    return taskView(replayed ? task : await account.lifecycle.begin(task), account.set);
  });

  app.get('/task/:id', (request) => {
    const account = accountOf(request);
    return taskView(findTask(account, request), account.set);
  });

  app.get('/tasks', (request) => {
    const account = accountOf(request);
    const query = new Query(request.query);
    const page = listTasks(account.store, query);
    const limited = query.flag('limited_response') === true;
    const withUrls = query.flag('include_attachment_url') === true;
    const show = (task: TaskRecord): JsonObject =>
      limited
        ? limitedTaskView(task)
        : {
            ...taskView(task, account.set),
            ...(withUrls && { attachmentS3Downloads: downloads(account, task) }),
          };
    return {
      docs: page.tasks.map(show),
      total: page.total,
      limit: page.limit,
      offset: page.offset,
      has_more: page.nextToken !== undefined,
      ...(page.nextToken !== undefined && { next_token: page.nextToken }),
    };
  });

  app.post('/task/:id/cancel', (request) => {
    const account = accountOf(request);
    const task = cancel(
      account,
      findTask(account, request),
      new Query(request.query).flag('clear_unique_id') === true,
    );
    return taskView(task, account.set);
  });

  app.get('/task/:id/response_url/:uuid', (request, reply) => {
    const account = accountOf(request);
    const task = findTask(account, request);
    const result = account.store.results.get(param(request, 'uuid'));
    if (!result || result.taskId !== task.id) throw REFUSAL.unknownFile();
    return reply.type(result.contentType).send(Buffer.from(result.body, 'base64'));
  });
};

/** @throws ApiError 404 for an unknown id, a malformed one included */
export function findTask(account: Account, request: FastifyRequest): TaskRecord {
  const task = account.store.tasks.get(param(request, 'id'));
  if (!task) throw REFUSAL.unknownTask();
  return task;
}

/** Only tasks that no labeler has started can be canceled; canceling again changes nothing. */
function cancel(account: Account, task: TaskRecord, clearUniqueId: boolean): TaskRecord {
  const now = account.clock.now();
  if (task.status === 'canceled') return task;
  if (task.status !== 'pending') throw REFUSAL.notPending();
  if (task.startsAt !== undefined && task.startsAt <= now) throw REFUSAL.started();
  const { uniqueId, ...rest } = task;
  const kept = uniqueId !== undefined && !clearUniqueId ? { uniqueId } : {};
  const canceled: TaskRecord = { ...rest, ...kept, status: 'canceled', updatedAt: now };
  account.store.put('tasks', task.id, canceled);
  account.lifecycle.settle(canceled);
  return canceled;
}

function downloads(account: Account, task: TaskRecord): JsonObject[] {
  const urls = isObject(task.params) ? attachmentUrls(task.params) : [];
  return urls.map((url) => ({
    s3URL: url.startsWith('scaledata://')
      ? `${account.origin()}/_sandbox/files/${url.split('/').at(-1)}`
      : url,
    attachmentURL: url,
    isConvertedImage: false,
  }));
}
