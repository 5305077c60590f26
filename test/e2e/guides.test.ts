import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRecord } from '../../src/responses/compact.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

/** In the order in which a project goes through them. */
const GUIDES = ['first-20-tasks', 'calibrate', 'production', 'weekly-results'] as const;

/** What the guides promise of their calls' answers, by guide and tool, in order. */
const PROMISED: Readonly<Record<(typeof GUIDES)[number], Readonly<Record<string, object[]>>>> = {
  'first-20-tasks': {
    scale_ai_plan_tasks: [{ plan: { rows_read: 20, to_create: 20, invalid: 0 } }],
    scale_ai_submit_plan: [{ job: { state: 'done', counts: { created: 20 } } }],
    scale_ai_wait_for_tasks: [{ done: true, progress: { completed: 20 } }],
  },
  calibrate: {
    scale_ai_submit_plan: [{ job: { counts: { created: 3 } } }],
    scale_ai_list_tasks: [{ total: 3 }],
  },
  production: {
    scale_ai_plan_tasks: [{ plan: { to_create: 60 } }],
    scale_ai_wait_for_tasks: [{ done: true, progress: { completed: 57, error: 3 } }],
    scale_ai_diagnose_tasks: [{ total: 3, causes: [{ cause: 'attachment_404', count: 3 }] }],
    scale_ai_resubmit_tasks: [{ plan: { to_create: 3 } }],
    scale_ai_submit_plan: [{ job: { counts: { created: 60 } } }, { job: { counts: { created: 3 } } }],
  },
  'weekly-results': {
    scale_ai_export_results: [
      { exported: { tasks: expect.any(Number) } },
      { exported: { tasks: expect.any(Number) } },
    ],
    scale_ai_list_events: [{ compared: expect.any(Number) }],
  },
};

let sandbox: RunningSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'empty', turnaroundMs: 100 });
  bench = await openBench({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.keys.live,
    mode: 'sandbox',
    allowDir: ['examples'],
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.close();
});

/** Calls in a guide: blocks of JSON that name a tool. */
async function callsIn(guide: string): Promise<{ tool: string; args: Record<string, unknown> }[]> {
  const page = await readFile(new URL(`../../docs/guides/${guide}.md`, import.meta.url), 'utf8');
  return [...page.matchAll(/^```json (?<tool>scale_ai_\w+)\n(?<body>[\s\S]*?)\n```$/gm)].map(
    ({ groups }) => ({
      tool: groups?.['tool'] ?? '',
      args: JSON.parse(groups?.['body'] ?? '') as Record<string, unknown>,
    }),
  );
}

function planIn(output: Record<string, unknown>): unknown {
  return isRecord(output['plan']) ? output['plan']['plan_id'] : undefined;
}

describe.each(GUIDES)('the guide %s', (guide) => {
  it('does what it says, call by call', async () => {
    const calls = await callsIn(guide);
    const seen: Record<string, number> = {};
    let planId: unknown;
    for (const { tool, args } of calls) {
      const given = args['plan_id'] === 'plan_…' ? { ...args, plan_id: planId } : args;
      const output = outputOf(await bench.call(tool, given));
      planId = planIn(output) ?? planId;
      const nth = seen[tool] ?? 0;
      seen[tool] = nth + 1;
      const promised = PROMISED[guide][tool]?.[nth];
      if (promised) expect(output).toMatchObject(promised);
    }
    for (const [tool, promises] of Object.entries(PROMISED[guide]))
      expect([tool, seen[tool]]).toEqual([tool, promises.length]);
  });
});
