import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../src/config/load.ts';
import { durationMs } from '../../src/config/setting.ts';

/** Seconds for records and for jobs to be handed on, once calls have ended (docs/operations.md). */
const AFTERWARDS = 20;

it('leaves a process the time that calls get to end, and then some, before it is killed', async () => {
  const needed = durationMs((await loadSettings({}, {})).stop_timeout) / 1_000 + AFTERWARDS;
  const { services } = parse(await readFile('deploy/compose.yaml', 'utf8'));
  expect(durationMs(services.server.stop_grace_period) / 1_000).toBeGreaterThanOrEqual(needed);
  const { template } = parse(await readFile('deploy/kubernetes/deployment.yaml', 'utf8')).spec;
  const { terminationGracePeriodSeconds: grace, containers } = template.spec;
  // It begins to count before the hook that gives the load balancer time to notice.
  expect(grace).toBeGreaterThanOrEqual(needed + containers[0].lifecycle.preStop.sleep.seconds);
});

it('lets a write of 14 seconds be answered', async () => {
  expect(durationMs((await loadSettings({}, {})).stop_timeout)).toBeGreaterThan(14_000);
});
