import { STEPS } from '../../examples/tour/steps.ts';
import { takeTour } from '../../examples/tour/take-tour.ts';
import { callLimits } from '../../src/access/limits/call-limits.ts';
import { sharedLimits } from '../../src/access/limits/shared-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { openBench, toolNamed } from '../support/invoke-tool.ts';
import { effects, lookAt } from './world.ts';
import type { CallLimits } from '../../src/access/limits/call-limits.ts';
import type { LimitStore } from '../../src/access/limits/shared-store.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

/** Less than the tour lets pass for labelers, more than it takes: what changes was changed by a call. */
const NOTHING_BY_ITSELF_MS = 30 * 60_000;

const WRITES = ['POST /v1/*', 'PUT /v1/*', 'DELETE /v1/*'];

export interface FaultCase {
  name: string;
  spec?: Record<string, unknown> | readonly Record<string, unknown>[];
  /** The part of the requests that meets it. */
  share?: number;
  /** Requests that meet it; all of them when left out. */
  count?: number;
  /** Milliseconds of a call's deadline, where the fault is that nothing comes in time. */
  deadlineMs?: number;
  /** The PostgreSQL of the limits is away. */
  withoutDatabase?: boolean;
  /** Look-ups fail as well. */
  blind?: boolean;
  /** Faults that are there at the same time, in place of one. */
  parts?: readonly FaultCase[];
  /** Reads meet it as well. */
  readsToo?: boolean;
}

export const FAULTS: readonly FaultCase[] = [
  {
    name: 'latency past the deadline',
    spec: { kind: 'latency', when: 'after', latency_ms: 1_500 },
    deadlineMs: 400,
  },
  { name: '429 without Retry-After', spec: { kind: 'status', status: 429 }, count: 2 },
  { name: '429 with Retry-After', spec: { kind: 'status', status: 429, retry_after_s: 0 }, count: 2 },
  { name: '500 before the effect', spec: { kind: 'status', status: 500, when: 'before' }, count: 1 },
  { name: '500 after the effect', spec: { kind: 'status', status: 500, when: 'after' }, count: 1 },
  { name: '502', spec: { kind: 'status', status: 502, when: 'before' }, count: 1 },
  { name: '503', spec: { kind: 'status', status: 503, when: 'before' }, count: 2 },
  { name: '504 after the effect', spec: { kind: 'status', status: 504, when: 'after' }, count: 1 },
  { name: '503 for good', spec: { kind: 'status', status: 503, when: 'before' } },
  { name: 'connection dropped before the request', spec: { kind: 'drop', when: 'before' }, count: 1 },
  { name: 'connection dropped after the request', spec: { kind: 'drop', when: 'after' }, count: 1 },
  { name: 'response cut in the middle', spec: { kind: 'truncate' }, count: 1 },
  { name: 'slow body past the deadline', spec: { kind: 'slow_body' }, deadlineMs: 400 },
  { name: 'answer lost and look-ups failing', spec: { kind: 'drop', when: 'after' }, blind: true },
  { name: 'PostgreSQL lost', withoutDatabase: true },
  { name: '25 % of answers cut', spec: { kind: 'truncate' }, share: 0.25 },
  {
    name: '25 % of requests or answers lost',
    spec: [
      { kind: 'drop', when: 'before' },
      { kind: 'drop', when: 'after' },
    ],
    share: 0.125,
  },
  {
    name: '25 % of all kinds',
    spec: [
      { kind: 'status', status: 500, when: 'before' },
      { kind: 'status', status: 500, when: 'after' },
      { kind: 'status', status: 504, when: 'after' },
      { kind: 'status', status: 429 },
      { kind: 'drop', when: 'before' },
      { kind: 'drop', when: 'after' },
      { kind: 'truncate' },
    ],
    share: 0.25 / 7,
  },
];

export interface Tally {
  calls: number;
  succeeded: number;
  failed: number;
  unknown: number;
  duplicates: number;
  lost: number;
  wrong: number;
  /** Requests that met the fault. */
  met: number;
  /** Done, and told without what was made. */
  bare: number;
}

export const emptyTally = (): Tally => ({
  calls: 0,
  succeeded: 0,
  failed: 0,
  unknown: 0,
  duplicates: 0,
  lost: 0,
  wrong: 0,
  met: 0,
  bare: 0,
});

/** What went wrong, in words; each begins with the name of the fault. */
export const details: string[] = [];

/** What each step changes when nothing goes wrong, by its number. */
export const expected: number[] = [];

async function openWorld({ deadlineMs = 60_000, withoutDatabase }: Partial<FaultCase> = {}): Promise<{
  sandbox: OpenSandbox;
  benchFor: () => Promise<Bench>;
}> {
  const sandbox = await openSandbox({ turnaroundMs: NOTHING_BY_ITSELF_MS });
  const { baseUrl, keys } = sandbox.running;
  return {
    sandbox,
    benchFor: async () =>
      openBench({
        baseUrl,
        apiKey: keys.live,
        mode: 'live',
        allowDir: ['examples'],
        urlHosts: ['127.0.0.1'],
        deadlineMs,
        ...(withoutDatabase && { limits: await limitsWithoutDatabase() }),
      }),
  };
}

async function limitsWithoutDatabase(): Promise<CallLimits> {
  const pool = { query: () => Promise.reject(new Error('connection refused')), on: () => undefined };
  const store = await sharedLimits(pool as never, createLogger('silent'));
  stores.push(store);
  return callLimits(store, {
    callsPerMinute: 10_000,
    billablePerHour: 10_000,
    billablePerDay: 1_000_000,
    currency: 'USD',
  });
}

const stores: LimitStore[] = [];

type Answered = { answer: Record<string, unknown>; isError: boolean };

async function tour(
  sandbox: OpenSandbox,
  call: (tool: string, args: Record<string, unknown>, number: number) => Promise<Answered>,
): Promise<void> {
  let number = -1;
  await takeTour({
    sandbox: sandbox.running.origin,
    liveKey: sandbox.running.keys.live,
    call: (tool, args) => {
      number += 1;
      return call(tool, args, number);
    },
  });
}

/** Seconds that long work is waited for, where it does not go on at all while the trouble lasts. */
const PATIENCE = 5;

async function invoked(bench: Bench, tool: string, args: Record<string, unknown>): Promise<Answered> {
  const isLong = 'wait_seconds' in toolNamed(tool).schemas().input.shape;
  const result = await bench.call(tool, { ...args, ...(isLong && { wait_seconds: PATIENCE }) });
  if (!result.ok) return { answer: { error: result.error }, isError: true };
  const { job } = result.output as { job?: { state?: string } };
  // Work that goes on, or broke off, is not said to be done.
  const isOpen = isLong && job?.state !== undefined && job.state !== 'done';
  return isOpen
    ? { answer: { ...result.output, error: { outcome: 'unknown' } }, isError: true }
    : { answer: result.output, isError: false };
}

/** A tour without any fault. */
export async function measure(): Promise<void> {
  const { sandbox, benchFor } = await openWorld();
  const bench = await benchFor();
  await tour(sandbox, async (tool, args, number) => {
    const before = await lookAt(sandbox);
    const answered = await invoked(bench, tool, args);
    expected[number] = effects(before, await lookAt(sandbox));
    return answered;
  });
  await bench.close();
  await sandbox.running.close();
}

async function meet(
  sandbox: OpenSandbox,
  { name, spec, count, blind, share: own, parts = [], readsToo }: FaultCase,
  { share, step }: { share: number; step: number },
): Promise<void> {
  for (const part of parts) await meet(sandbox, part, { share, step });
  for (const route of readsToo ? ['*'] : WRITES) {
    for (const [index, one] of [spec ?? []].flat().entries()) {
      await sandbox.control('POST', '/faults', {
        ...one,
        route,
        share: own ?? share,
        // Another draw for each step: otherwise every step would be spared, or met, alike.
        ...(own !== undefined && { seed: `${name} ${step} ${index}` }),
        ...(count !== undefined && { count }),
      });
    }
  }
  if (blind) await sandbox.control('POST', '/faults', { kind: 'status', status: 503, route: 'GET /v1/*' });
}

async function hitsOf(sandbox: OpenSandbox): Promise<number> {
  const { faults } = (await sandbox.control('GET', '/faults')).body as { faults: { hits: number }[] };
  return faults.reduce((sum, { hits }) => sum + hits, 0);
}

/** A tour on which every write meets the fault; after a failure it is made again without one. */
export async function round(fault: FaultCase, tally: Tally, share: number): Promise<void> {
  const { sandbox, benchFor } = await openWorld(fault);
  await tour(sandbox, async (tool, args, number) => {
    const isWrite = toolNamed(tool).effect !== 'read';
    const calm = await benchFor();
    if (!isWrite) return finish(calm, tool, args);
    const before = await lookAt(sandbox);
    // What a check reads is read before the trouble begins: it is the write that is put to the test.
    const bench = await benchFor();
    await meet(sandbox, fault, { share, step: number });
    const answered = await invoked(bench, tool, args);
    tally.met += await hitsOf(sandbox);
    await sandbox.control('DELETE', '/faults');
    await bench.close();
    validate({
      tool,
      answered,
      changed: effects(before, await lookAt(sandbox)),
      wanted: expected[number] ?? 0,
      tally,
      fault,
    });
    if (!answered.isError) {
      await calm.close();
      return answered;
    }
    const again = await finish(calm, tool, args);
    const total = effects(before, await lookAt(sandbox));
    if (bearsIdentity(tool, args) && total > (expected[number] ?? 0)) {
      tally.duplicates += 1;
      details.push(`${fault.name}: ${tool} made twice after a repeat`);
    }
    return again;
  });
  await sandbox.running.close();
}

async function finish(bench: Bench, tool: string, args: Record<string, unknown>): Promise<Answered> {
  const answered = await invoked(bench, tool, args);
  await bench.close();
  return answered;
}

function bearsIdentity(tool: string, args: Record<string, unknown>): boolean {
  const prepared = toolNamed(tool).prepare(args);
  return 'call' in prepared && prepared.call.idempotency(true) !== undefined;
}

interface Judged {
  tool: string;
  answered: Answered;
  changed: number;
  wanted: number;
  tally: Tally;
  fault: FaultCase;
}

function validate({ tool, answered, changed, wanted, tally, fault }: Judged): void {
  const { outcome } = (answered.answer['error'] ?? {}) as { outcome?: string };
  const note = (what: string): void => void details.push(`${fault.name}: ${tool} ${what}`);
  tally.calls += 1;
  if (changed > wanted) {
    tally.duplicates += 1;
    note(`took effect ${changed} times`);
  }
  if (!answered.isError || outcome === 'done') {
    tally.succeeded += 1;
    if (answered.isError) tally.bare += 1;
    if (changed < wanted) {
      tally.lost += 1;
      note('was reported as done and is not there');
    }
  } else if (outcome === 'unknown') tally.unknown += 1;
  else {
    tally.failed += 1;
    if (changed > 0) {
      tally.wrong += 1;
      note(`was reported as ${outcome ?? 'failed'} and took effect`);
    }
  }
}

/** Calls of a tour that change something. */
export function writes(): number {
  return STEPS.filter((step) => 'tool' in step && toolNamed(step.tool).effect !== 'read').length;
}

export async function closeStores(): Promise<void> {
  for (const store of stores.splice(0)) await store.close();
}

export function tableOf(tallies: ReadonlyMap<string, Tally>): string {
  const columns = Object.keys(emptyTally());
  const lines = [...tallies].map(
    ([name, tally]) =>
      `${name.padEnd(40)}${Object.values(tally)
        .map((count) => String(count).padStart(11))
        .join('')}`,
  );
  return `\n${'fault'.padEnd(40)}${columns.map((column) => column.padStart(11)).join('')}\n${lines.join('\n')}`;
}
