import { REFUSAL } from '../api-error.ts';
import { batchView } from '../batch-view.ts';
import { Query } from '../query.ts';
import { readMetadata, readObject, readString } from '../request-fields.ts';
import { param } from './route-context.ts';
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { BatchRecord } from '../state/records.ts';
import type { AddRoutes } from './route-context.ts';

export const addBatchRoutes: AddRoutes = (app, accountOf) => {
  app.post('/batches', (request) => {
    const account = accountOf(request);
    return batchView(createBatch(account, readObject(request.body)));
  });

  app.get('/batches', (request) => listBatches(accountOf(request), new Query(request.query)));

  app.get('/batches/:name', (request) => batchView(findBatch(accountOf(request), request)));

  app.get('/batches/:name/status', (request) => {
    const account = accountOf(request);
    const batch = findBatch(account, request);
    const counts: Record<string, number> = {};
    for (const { status } of account.store.tasksOf(batch.name)) counts[status] = (counts[status] ?? 0) + 1;
    return { status: batch.status, ...counts }; // a count of zero is left out
  });

  app.post('/batches/:name/finalize', (request) => {
    const account = accountOf(request);
    const batch = findBatch(account, request);
    return batchView(batch.status === 'staging' ? account.lifecycle.releaseBatch(batch) : batch);
  });

  app.post('/batches/:name/prioritize', (request) => {
    const account = accountOf(request);
    const batch = findBatch(account, request);
    const { priority } = readObject(request.body);
    if (typeof priority !== 'number' || priority < 10 || priority > 30) {
      throw REFUSAL.invalid('"priority" must be a number from 10 to 30');
    }
    account.store.put('batches', batch.name, { ...batch, priority });
    return { result: `Priority of batch "${batch.name}" set to ${priority}.` };
  });

  app.post('/batches/:name/setMetadata', (request) => {
    const account = accountOf(request);
    const batch = { ...findBatch(account, request), metadata: readMetadata(request.body ?? undefined) };
    account.store.put('batches', batch.name, batch);
    return batchView(batch);
  });
};

function findBatch(account: Account, request: FastifyRequest): BatchRecord {
  const batch = account.store.batches.get(param(request, 'name'));
  if (!batch) throw REFUSAL.unknownBatch();
  return batch;
}

/** Batches of Rapid and Studio projects wait in staging until they are finalized; others are open at once. */
function createBatch(account: Account, body: JsonObject): BatchRecord {
  const projectName = readString(body, 'project');
  const name = readString(body, 'name');
  const project = account.store.projects.get(projectName);
  if (!project) throw REFUSAL.unknownProject();
  if (account.store.batches.has(name)) throw REFUSAL.batchTaken(name);
  const batch: BatchRecord = {
    name,
    project: projectName,
    status: project.product === 'enterprise' ? 'in_progress' : 'staging',
    createdAt: account.clock.now(),
    callback: typeof body['callback'] === 'string' ? body['callback'] : '',
    metadata: readMetadata(body['metadata']),
    calibration: body['calibration_batch'] === true,
    selfLabel: body['self_label_batch'] === true,
  };
  account.store.put('batches', name, batch);
  return batch;
}

function listBatches({ store }: Account, query: Query): JsonObject {
  const limit = query.integer('limit', 100, 1, 100);
  const offset = query.integer('offset', 0, 0, Number.MAX_SAFE_INTEGER);
  const within = (from: string, until: string): ((time: number | undefined) => boolean) => {
    const [low, high] = [query.time(from), query.time(until)];
    return (time) =>
      (low === undefined || (time ?? -Infinity) >= low) && (high === undefined || (time ?? Infinity) <= high);
  };
  const created = within('start_time', 'end_time');
  const completed = within('completed_after', 'completed_before');
  const audited = within('audited_after', 'audited_before');
  const [project, status] = [query.text('project'), query.text('status')];
  const matching = [...store.batches.values()]
    .reverse()
    .filter((batch) => project === undefined || batch.project === project)
    .filter((batch) => status === undefined || batch.status === status)
    .filter(
      (batch) => created(batch.createdAt) && completed(batch.completedAt) && audited(batch.lastAuditedAt),
    );
  const docs = matching.slice(offset, offset + limit);
  return {
    docs: docs.map(batchView),
    totalDocs: matching.length,
    limit,
    offset,
    has_more: offset + docs.length < matching.length,
  };
}
