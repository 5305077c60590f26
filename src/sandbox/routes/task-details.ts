import { REFUSAL } from '../api-error.ts';
import { readMetadata, readObject, readString, readTags } from '../request-fields.ts';
import { taskView } from '../task-view.ts';
import { param } from './route-context.ts';
import { findTask } from './tasks.ts';
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { TaskRecord } from '../state/records.ts';
import type { AccountOf, AddRoutes } from './route-context.ts';

/** What can be changed about a task that exists: unique id, tags, metadata, audit; and its callback again. */
export const addTaskDetailRoutes: AddRoutes = (app, accountOf) => {
  app.post('/task/:id/unique_id', (request) =>
    change(accountOf, request, (task, account) => {
      const uniqueId = readString(readObject(request.body), 'unique_id');
      const holder = account.store.taskByUniqueId(uniqueId);
      if (holder && holder.id !== task.id) throw REFUSAL.uniqueIdTaken(uniqueId, holder.id);
      return { ...task, uniqueId };
    }),
  );

  app.delete('/task/:id/unique_id', (request) =>
    change(accountOf, request, ({ uniqueId: _uniqueId, ...task }) => task),
  );

  app.post('/task/:id/setMetadata', (request) =>
    change(accountOf, request, (task) => ({ ...task, metadata: readMetadata(request.body ?? undefined) })),
  );

  // PUT adds, POST replaces, DELETE removes: the verbs of Scale's Python SDK.
  app.put('/task/:id/tags', (request) =>
    changeTags(accountOf, request, (tags, given) => [...tags, ...given]),
  );
  app.post('/task/:id/tags', (request) => changeTags(accountOf, request, (_tags, given) => [...given]));
  app.delete('/task/:id/tags', (request) =>
    changeTags(accountOf, request, (tags, given) => tags.filter((tag) => !given.includes(tag))),
  );

  for (const action of ['send_callback', 'send-callback']) {
    app.post(`/task/:id/${action}`, (request) => {
      const account = accountOf(request);
      const task = findTask(account, request);
      if (task.status !== 'completed' && task.status !== 'error') {
        throw REFUSAL.invalid('only completed and errored tasks have a callback to send');
      }
      account.lifecycle.announce(task);
      return { success: true };
    });
  }

  app.post('/task/:id/audit', (request, reply) => {
    const account = accountOf(request);
    const task = findTask(account, request);
    const { accepted, comments } = readObject(request.body);
    if (typeof accepted !== 'boolean') throw REFUSAL.missing('accepted');
    if (task.status !== 'completed') throw REFUSAL.invalid('only completed tasks can be audited');
    account.lifecycle.audit(task, {
      accepted,
      comments: typeof comments === 'string' ? comments : undefined,
    });
    return reply.type('text/plain').send('OK');
  });
};

function change(
  accountOf: AccountOf,
  request: FastifyRequest,
  edit: (task: TaskRecord, account: Account) => TaskRecord,
): JsonObject {
  const account = accountOf(request);
  const task = account.store.tasks.get(param(request, 'id'));
  if (!task) throw REFUSAL.unknownTask();
  const edited = { ...edit(task, account), updatedAt: account.clock.now() };
  account.store.put('tasks', task.id, edited);
  return taskView(edited, account.set);
}

function changeTags(
  accountOf: AccountOf,
  request: FastifyRequest,
  combine: (tags: readonly string[], given: readonly string[]) => string[],
): JsonObject {
  return change(accountOf, request, (task) => ({
    ...task,
    tags: readTags(combine(task.tags ?? [], readTags(request.body ?? []))),
  }));
}
