import * as z from 'zod';
import { ApiError, REFUSAL } from '../api-error.ts';
import { DATA_SETS } from '../keys.ts';
import { taskView } from '../task-view.ts';
import { param } from '../routes/route-context.ts';
import { BehaviourSpec } from '../behaviour.ts';
import { FaultSpec } from './faults.ts';
import type { FastifyInstance } from 'fastify';
import type { Account } from '../account.ts';
import type { Clock } from '../clock.ts';
import type { Behaviour } from '../behaviour.ts';
import type { DataSet } from '../keys.ts';
import type { Faults } from './faults.ts';
import type { RequestLog } from './request-log.ts';

const TimeBody = z.strictObject({ advance_ms: z.number().min(0) });
const RecallBody = z.strictObject({ task_id: z.string() });
const ResetBody = z.strictObject({ seed: z.enum(['demo', 'empty']).default('empty') });

export interface Control {
  /** Of this run of the sandbox. */
  id: string;
  accounts: Readonly<Record<DataSet, Account>>;
  clock: Clock;
  behaviour: Behaviour;
  faults: Faults;
  log: RequestLog;
  reset(seed: 'demo' | 'empty'): Promise<void>;
  flush(): Promise<void>;
}

/** What tests steer the sandbox with, under /_sandbox; no key is asked for. */
export function addControlRoutes(app: FastifyInstance, control: Control): void {
  const { accounts, clock, faults, log } = control;

  app.get('/_sandbox/health', () => ({
    status: 'ok',
    time: new Date(clock.now()).toISOString(),
    answers: log.answers(),
  }));

  addAttendance(app, control);

  app.post('/_sandbox/faults', (request) => faults.add(parse(FaultSpec, request.body)));
  app.get('/_sandbox/faults', () => ({ faults: faults.list() }));
  app.delete('/_sandbox/faults', () => {
    faults.clear();
    return { faults: [] };
  });

  app.post('/_sandbox/behaviour', (request) => {
    const set = control.behaviour.set(parse(BehaviourSpec.partial(), request.body));
    for (const name of DATA_SETS) accounts[name].lifecycle.handOutWaiting();
    return set;
  });
  app.get('/_sandbox/behaviour', () => control.behaviour.current);

  app.post('/_sandbox/time', async (request) => {
    clock.advance(parse(TimeBody, request.body).advance_ms);
    for (const set of DATA_SETS) await accounts[set].agenda.runDue();
    return { time: new Date(clock.now()).toISOString() };
  });

  app.post('/_sandbox/recall', (request) => {
    const { task_id: id } = parse(RecallBody, request.body);
    for (const set of DATA_SETS) {
      const task = accounts[set].store.tasks.get(id);
      if (task?.status === 'completed') return taskView(accounts[set].lifecycle.recall(task), set);
    }
    throw REFUSAL.unknownTask();
  });

  app.post('/_sandbox/reset', async (request) => {
    const { seed } = parse(ResetBody, request.body ?? {});
    faults.clear();
    control.behaviour.reset();
    log.clear();
    await control.reset(seed);
    return { seed };
  });

  app.get('/_sandbox/requests', () => ({ requests: log.list() }));
  app.delete('/_sandbox/requests', () => {
    log.clear();
    return { requests: [] };
  });

  // What a pre-signed attachment URL leads to.
  app.get('/_sandbox/files/:id', (request, reply) => {
    const id = param(request, 'id');
    for (const set of DATA_SETS) {
      const file = accounts[set].store.files.get(id);
      if (!file) continue;
      if (file.sourceUrl !== undefined) return reply.redirect(file.sourceUrl);
      return reply.type(file.mimeType).send(accounts[set].contents.stream(id));
    }
    throw REFUSAL.unknownFile();
  });
}

/** A response that is held open until the sandbox ends, so that who attends knows at once. */
function addAttendance(app: FastifyInstance, { id }: Control): void {
  app.get('/_sandbox/attend/:id', (request, reply) => {
    if (param(request, 'id') !== id) return reply.callNotFound();
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/plain' }).write('up\n');
    return reply;
  });
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    400,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}
