/**
 * `npm run scale-demo [-- --rows 10000]`: the labeling job at its real size, against the sandbox with faults and a rate
 * limit, with servers that are killed meanwhile. Prints every figure; fails when one is not as promised.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { World } from './world.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const ROWS = Number(values.rows);

/** Requests per second that the sandbox allows. */
const PER_SECOND = 100;
const FAULT_SHARE = 0.05;

/** A rate over less than this is an accident; the short form has no more between its kills. */
const JUDGED_FROM_S = 30;

/** What was saved up while nobody worked is used up first. */
const SETTLING_MS = 2_000;

/** Rows of one call; a remote client has no files here. */
const PER_PLAN = 5_000;

const CAUSES = ['attachment_403', 'attachment_404', 'attachment_wrong_type', 'invalid_parameters', 'unknown'];
/** Rows of the largest plan there may be. */
const LARGEST = 100_000;

const TO_FAIL = 200;
const TO_CANCEL = 1_000;

const lines: [string, string, boolean][] = [];

function report(what: string, figure: string, isAsPromised: boolean): void {
  lines.push([what, figure, isAsPromised]);
  // oxlint-disable-next-line no-console -- the figures are what this is for
  console.log(`${isAsPromised ? 'ok  ' : 'FAIL'} ${what}: ${figure}`);
}

const world = await World.open({ perSecond: PER_SECOND });

function rowsOf(prefix: string, from: number, to: number): Any[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: `${prefix}-${from + index}`,
    url: `https://files.example.com/${prefix}/${from + index}.jpg`,
  }));
}

async function plan(batch: string, rows: Any[]): Promise<Any> {
  const args = {
    type: 'imageannotation',
    batch,
    rows,
    template: {
      attachment: '{{url}}',
      unique_id: '{{id}}',
      geometries: { box: { objects_to_annotate: ['sign'] } },
    },
  };
  return (await world.call('scale_ai_plan_tasks', args)).plan;
}

async function newBatch(name: string): Promise<void> {
  await world.call('scale_ai_create_batch', { project: 'signs', name });
}

async function untilDone(
  jobId: string,
  whileRunning: (job: Any) => Promise<void> = async () => undefined,
): Promise<Any> {
  for (;;) {
    const { job } = await world.call('scale_ai_get_job', { job_id: jobId });
    if (['done', 'failed', 'cancelled', 'waiting'].includes(job.state)) return job;
    await whileRunning(job);
    await sleep(200);
  }
}

/** Plans and submits all rows; kills the servers three times on the way, and once the replica that does the work. */
async function manyRows(): Promise<void> {
  await newBatch('all');
  const plans: Any[] = [];
  for (let from = 0; from < ROWS; from += PER_PLAN) {
    plans.push(await plan('all', rowsOf('row', from, Math.min(ROWS, from + PER_PLAN))));
  }
  const planned = plans.reduce((sum, { to_create: count }) => sum + count, 0);
  report('rows planned', `${planned} of ${ROWS}`, planned === ROWS);
  await world.addFaults(FAULT_SHARE);
  await world.sandbox('DELETE', '/_sandbox/requests');
  const kills = new Kills();
  const rate = new Rate();
  let done = 0;
  for (const { plan_id: planId } of plans) {
    await world.call('scale_ai_submit_plan', { plan_id: planId, wait_seconds: 0 });
    const job = await untilDone(planId.replace('plan_', 'job_'), async (running) => {
      await world.sampleMemory();
      await rate.look(running.done);
      if (await kills.at((done + running.done) / ROWS)) rate.interrupt();
    });
    rate.interrupt();
    report(
      `job ${plans.findIndex((one) => one.plan_id === planId) + 1}`,
      `${job.state}, ${JSON.stringify(job.counts)}`,
      job.state === 'done',
    );
    done += job.done;
  }
  report(
    'kills',
    `${kills.servers} times all servers, ${kills.replicas} time the replica at work`,
    kills.servers === 3 && kills.replicas === 1,
  );
  await settle();
  const tasks = await world.tasks();
  const different = new Set(tasks.map(({ unique_id: id }) => id)).size;
  report('tasks at Scale', `${tasks.length}`, tasks.length === ROWS);
  report('duplicates', `${tasks.length - different}`, tasks.length === different);
  report('lost', `${ROWS - different}`, different === ROWS);
  const share = rate.perSecond / PER_SECOND;
  const isLongEnough = rate.seconds >= JUDGED_FROM_S;
  report(
    'rate',
    `${rate.perSecond.toFixed(1)} requests per second of the ${PER_SECOND} allowed (${Math.round(share * 100)} %), measured in ${rate.seconds.toFixed(0)} s between the kills${isLongEnough ? '' : ', too few to judge'}`,
    !isLongEnough || share >= 0.9,
  );
  flatMemory();
}

function flatMemory(): void {
  const { memory } = world;
  const third = Math.ceil(memory.length / 3);
  const mean = (some: number[]): number => some.reduce((sum, one) => sum + one, 0) / Math.max(1, some.length);
  const [early, late] = [mean(memory.slice(0, third)), mean(memory.slice(-third))];
  report(
    'memory',
    `${early.toFixed(0)} MiB in the first third, ${late.toFixed(0)} MiB in the last, ${Math.max(...memory).toFixed(0)} MiB at most`,
    late < early * 1.25,
  );
}

/** No more faults, and no limit for the figures that are read beside the servers. */
async function settle(): Promise<void> {
  await world.sandbox('DELETE', '/_sandbox/faults');
  await world.behave({ rate_limit: null });
}

/** Has tasks fail for known causes, finds the causes, repairs them. */
async function failedOnes(): Promise<void> {
  await newBatch('failing');
  const each = TO_FAIL / CAUSES.length;
  for (const [index, cause] of CAUSES.entries()) {
    await world.behave({ rate_limit: null, errors: { [cause]: 1 } });
    const { plan_id: planId } = await plan('failing', rowsOf('bad', index * each, (index + 1) * each));
    await world.call('scale_ai_submit_plan', { plan_id: planId });
    await world.call('scale_ai_wait_for_tasks', { batch: 'failing' });
  }
  await world.behave({ rate_limit: null });
  const { causes, total } = await world.call('scale_ai_diagnose_tasks', { batch: 'failing' });
  const found = Object.fromEntries(causes.map(({ cause, count }: Any) => [cause, count]));
  const isTrue = CAUSES.every((cause) => found[cause] === each);
  report('diagnosed', `${total}: ${JSON.stringify(found)}`, total === TO_FAIL && isTrue);
  const repair = await world.call('scale_ai_resubmit_tasks', {
    batch: 'failing',
    replace: [{ from: 'files.example.com', to: 'cdn.example.com' }],
  });
  const { job } = await world.call('scale_ai_submit_plan', { plan_id: repair.plan.plan_id });
  report('resubmitted', JSON.stringify(job.counts), job.counts.created === TO_FAIL);
  await world.call('scale_ai_wait_for_tasks', { batch: 'failing' });
  const repaired = await world.tasks('&batch=failing&status=completed');
  const ids = new Set(repaired.map(({ unique_id: id }) => id));
  report('repaired', `${repaired.length} completed under ${ids.size} of their old ids`, ids.size === TO_FAIL);
}

/** Cancels a batch of which half is done. */
async function cancelledHalfWay(): Promise<void> {
  await world.behave({ rate_limit: null, labelers: 40 });
  await newBatch('too-much');
  const { plan_id: planId } = await plan('too-much', rowsOf('more', 0, TO_CANCEL));
  await world.call('scale_ai_submit_plan', { plan_id: planId });
  await world.call('scale_ai_wait_for_tasks', { batch: 'too-much', until: 'share_done', share: 0.45 });
  const { job } = await world.call('scale_ai_cancel_batch', { batch_name: 'too-much' });
  await world.call('scale_ai_wait_for_tasks', { batch: 'too-much' });
  const {
    completed = 0,
    canceled = 0,
    pending = 0,
  } = await world.sandbox('GET', '/v1/batches/too-much/status');
  report(
    'cancelled half-way',
    `${canceled} of ${TO_CANCEL} cancelled, ${completed} completed; reported ${JSON.stringify(job.counts)}`,
    canceled + completed === TO_CANCEL && pending === 0 && job.counts.canceled === canceled && canceled > 100,
  );
}

/** Requests that the sandbox took while servers were at work: from a moment after each start until the next end. */
class Rate {
  #first: { at: number; taken: number } | undefined;
  #last: { at: number; taken: number } | undefined;
  #startedAt: number | undefined;
  /** Nothing is known of it right after an interruption: what was done until then is seen only now. */
  #doneBefore: number | undefined;
  #taken = 0;
  seconds = 0;

  get perSecond(): number {
    return this.#taken / this.seconds;
  }

  async look(done: number): Promise<void> {
    const isAtWork = this.#doneBefore !== undefined && done > this.#doneBefore;
    this.#doneBefore = done;
    if (isAtWork) this.#startedAt ??= performance.now();
    if (this.#startedAt === undefined || performance.now() - this.#startedAt < SETTLING_MS) return;
    const { answers } = await world.sandbox('GET', '/_sandbox/health');
    const all = Object.values<number>(answers).reduce((sum, count) => sum + count, 0);
    this.#last = { at: performance.now(), taken: all - (answers['429'] ?? 0) };
    this.#first ??= this.#last;
  }

  interrupt(): void {
    if (this.#first && this.#last) {
      this.#taken += this.#last.taken - this.#first.taken;
      this.seconds += (this.#last.at - this.#first.at) / 1_000;
    }
    this.#first = undefined;
    this.#last = undefined;
    this.#startedAt = undefined;
    this.#doneBefore = undefined;
  }
}

/** Plans as many rows as a plan may have; memory must not grow with them. */
async function largestPlan(): Promise<void> {
  await world.behave({ rate_limit: null });
  const peaks: number[] = [];
  for (const count of [LARGEST / 10, LARGEST]) {
    const file = path.join(world.directory, `${count}.csv`);
    const lines = rowsOf(`plan-${count}`, 0, count).map(({ id, url }) => `${id},${url}`);
    await writeFile(file, ['id,url', ...lines].join('\n'));
    const { plan: made, peakMiB } = await world.planFile(file, {
      type: 'imageannotation',
      project: 'signs',
      template: {
        attachment: '{{url}}',
        unique_id: '{{id}}',
        geometries: { box: { objects_to_annotate: ['sign'] } },
      },
    });
    peaks.push(peakMiB);
    report(
      `plan of ${count} rows`,
      `${made.to_create} to create, ${made.not_looked_up ?? 0} not looked up, ${peakMiB.toFixed(0)} MiB at most`,
      made.rows_read === count && made.to_create === count,
    );
  }
  const [small = 0, large = 0] = peaks;
  report(
    'memory of a plan',
    `${(large - small).toFixed(0)} MiB more for ten times the rows`,
    large - small < 100,
  );
}

/** When which processes are ended without warning. */
class Kills {
  servers = 0;
  replicas = 0;

  /** @returns whether somebody was killed */
  async at(share: number): Promise<boolean> {
    if (this.servers < 3 && share > 0.2 * (this.servers + 1)) {
      this.servers += 1;
      await Promise.all(world.replicas.map((replica) => replica.kill()));
      await Promise.all(world.replicas.map((replica) => replica.start()));
      return true;
    }
    if (this.servers === 3 && this.replicas === 0 && share > 0.8) {
      const atWork = world.replicas.findIndex(({ log }) => log.includes('a job is taken up'));
      const [replica] = world.replicas.splice(Math.max(0, atWork), 1);
      await replica?.kill();
      this.replicas += 1;
      return true;
    }
    return false;
  }
}

try {
  await world.call('scale_ai_create_project', { name: 'signs', type: 'imageannotation' });
  await manyRows();
  await failedOnes();
  await cancelledHalfWay();
  if (ROWS >= LARGEST / 10) await largestPlan();
} finally {
  await world.close();
}
const failed = lines.filter(([, , isAsPromised]) => !isAsPromised);
// oxlint-disable-next-line no-console -- the figures are what this is for
console.log(`${lines.length - failed.length} of ${lines.length} as promised`);
process.exitCode = failed.length === 0 ? 0 : 1;
