import * as z from 'zod';
import { Duration, setting } from './setting.ts';

/** Of the emulator of Scale's API, by itself and embedded. */
export const SANDBOX_SETTINGS = {
  data: setting(z.string().min(1).optional(), {
    flag: 'data',
    placeholder: 'DIR',
    description:
      'sandbox: directory that keeps its state over restarts; none keeps it in memory. Default: below the state directory with --sandbox, where processes share it; memory for the sandbox command.',
  }),
  sandbox_reset: setting(z.boolean().default(false), {
    flag: 'sandbox-reset',
    kind: 'boolean',
    description: 'With --sandbox: begin with a new sandbox, and forget what was kept of the last one.',
  }),
  turnaround: setting(Duration.default('2s'), {
    flag: 'turnaround',
    placeholder: 'TIME',
    description: 'sandbox: how long a simulated labeler takes for a task.',
  }),
  labelers: setting(z.int().min(1).optional(), {
    flag: 'labelers',
    kind: 'number',
    placeholder: 'N',
    description: 'sandbox: how many simulated labelers there are. Default: as many as tasks.',
  }),
  rate_limit: setting(z.int().min(1).optional(), {
    flag: 'rate-limit',
    kind: 'number',
    placeholder: 'N',
    description: 'sandbox: requests per second and key beyond which it answers 429. Default: no limit.',
  }),
  seed: setting(z.enum(['demo', 'empty']).default('demo'), {
    flag: 'seed',
    placeholder: 'NAME',
    description: 'sandbox: what it holds at first, demo or empty.',
  }),
};
