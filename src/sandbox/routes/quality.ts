import { REFUSAL } from '../api-error.ts';
import { timestamp } from '../clock.ts';
import { checkTaskRequest } from '../create-task.ts';
import { objectId } from '../ids.ts';
import { isObject, present } from '../json.ts';
import { Query } from '../query.ts';
import { readObject, readString } from '../request-fields.ts';
import { param } from './route-context.ts';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { FixlessAuditRecord, QualityTaskRecord } from '../state/team.ts';
import type { AddRoutes } from './route-context.ts';

/** Types that evaluation and training tasks exist for. */
const QUALITY_TYPES = [
  'documenttranscription',
  'segmentannotation',
  'videoplaybackannotation',
  'imageannotation',
  'textcollection',
  'namedentityrecognition',
];

const PAGE_SIZE = 100;

export const addQualityRoutes: AddRoutes = (app, accountOf) => {
  app.put('/audits', (request, reply) => {
    const account = accountOf(request);
    const body = readObject(request.body);
    const taskId = readString(body, 'task_id');
    if (!account.store.tasks.has(taskId)) throw REFUSAL.unknownTask();
    const now = account.clock.now();
    const audit: FixlessAuditRecord = { id: objectId(now), taskId, body, createdAt: now };
    account.store.put('fixlessAudits', audit.id, audit);
    return reply.code(201).send(auditView(audit));
  });

  // One by id, or all of a task, newest first. Scale's form of the list is not known.
  app.get('/audits', (request) => {
    const { store } = accountOf(request);
    const query = new Query(request.query);
    const [id, taskId] = [query.text('id'), query.text('task_id')];
    if (id === undefined && taskId === undefined) throw REFUSAL.missing('task_id');
    const all = [...store.fixlessAudits.values()].reverse();
    return all
      .filter((audit) => id === undefined || audit.id === id)
      .filter((audit) => taskId === undefined || audit.taskId === taskId)
      .map(auditView);
  });

  app.get('/quality/labelers', (request) => {
    const { store } = accountOf(request);
    const query = new Query(request.query);
    const [tasks, emails] = [query.list('quality_task_ids'), query.list('labeler_emails')];
    if (!tasks && !emails) throw REFUSAL.missing('quality_task_ids');
    const matching = [...store.attempts.values()]
      .filter(({ qualityTaskId }) => !tasks || tasks.includes(qualityTaskId))
      .filter(({ labelerEmail }) => !emails || emails.includes(labelerEmail));
    const start = Number(query.text('next_token') ?? 0);
    const docs = matching.slice(start, start + query.integer('limit', PAGE_SIZE, 1, 100));
    const end = start + docs.length;
    return {
      docs: docs.map(({ id, qualityTaskId, labelerEmail, createdAt }) => ({
        id,
        quality_task_id: qualityTaskId,
        labeler_email: labelerEmail,
        created_at: timestamp(createdAt),
      })),
      total: matching.length,
      has_more: end < matching.length,
      ...(end < matching.length && { next_token: String(end) }),
    };
  });

  for (const kind of ['evaluation', 'training'] as const) {
    app.post(`/${kind}_tasks/:type`, (request) => {
      const account = accountOf(request);
      return createQualityTask(account, kind, param(request, 'type'), readObject(request.body));
    });
  }
};

/** Rapid projects only. Every Studio labeler of the team tries the task at once, so that there is something to read. */
function createQualityTask(
  account: Account,
  kind: QualityTaskRecord['kind'],
  type: string,
  body: JsonObject,
): JsonObject {
  if (!QUALITY_TYPES.includes(type)) throw REFUSAL.unknownTaskType(type);
  const { expected_response: expected, initial_response: initial, ...task } = body;
  if (!isObject(expected)) throw REFUSAL.missing('expected_response');
  const { project } = checkTaskRequest(account.store, type, { ...task, batch: undefined }, { quality: true });
  if (project?.product !== 'rapid')
    throw REFUSAL.invalid('evaluation and training tasks need a Rapid project');
  const now = account.clock.now();
  const record: QualityTaskRecord = { id: objectId(now), kind, type, body, createdAt: now };
  account.store.put('qualityTasks', record.id, record);
  for (const member of account.store.members.values()) {
    if (!member.isStudioLabeler) continue;
    const id = objectId(now);
    account.store.put('attempts', id, {
      id,
      qualityTaskId: record.id,
      labelerEmail: member.email,
      createdAt: now,
    });
  }
  return present({
    id: record.id,
    type,
    project: project.name,
    created_at: timestamp(now),
    expected_response: expected,
    initial_response: initial,
  });
}

function auditView({ id, taskId, body, createdAt }: FixlessAuditRecord): JsonObject {
  return { ...body, id, task_id: taskId, created_at: timestamp(createdAt) };
}
