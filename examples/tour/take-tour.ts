import { isRecord } from '../../src/responses/compact.ts';
import { STEPS } from './steps.ts';
import type { Step } from './steps.ts';

/** One call as it was made, and the JSON it was answered with. */
export interface Taken {
  tool: string;
  arguments: Record<string, unknown>;
  answer: Record<string, unknown>;
  isError: boolean;
}

interface Surroundings {
  /** Calls a tool and gives its answer, or its error. */
  call(
    tool: string,
    args: Record<string, unknown>,
  ): Promise<{ answer: Record<string, unknown>; isError: boolean }>;
  /** Such as `http://127.0.0.1:8787`: an empty sandbox. */
  sandbox: string;
  liveKey: string;
}

/** An hour of the sandbox's clock: more than any labeler takes. */
const HOUR_MS = 3_600_000;

/** Calls every tool once, in the order of a labeling job. */
export async function takeTour(surroundings: Surroundings): Promise<Taken[]> {
  const { sandbox, liveKey } = surroundings;
  const known = new Map<string, string>();
  const taken: Taken[] = [];
  for (const step of STEPS) {
    if ('labelersWork' in step) await post(`${sandbox}/_sandbox/time`, { advance_ms: HOUR_MS });
    else if ('rest' in step) {
      const { method, path, body } = step.rest;
      await post(`${sandbox}/v1${path}`, fillIn(body, known), { method, key: liveKey });
    } else {
      const args = fillIn(step.arguments, known);
      const { answer, isError } = await surroundings.call(step.tool, args);
      taken.push({ tool: step.tool, arguments: args, answer, isError });
      remember(step, answer, known);
    }
  }
  return taken;
}

function fillIn(args: Step['arguments'], known: ReadonlyMap<string, string>): Record<string, unknown> {
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string' && value.startsWith('$')) return known.get(value.slice(1)) ?? value;
    if (Array.isArray(value)) return value.map(replace);
    return isRecord(value) ? fillIn(value, known) : value;
  };
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, replace(value)]));
}

function remember({ remember: wanted = {} }: Step, answer: unknown, known: Map<string, string>): void {
  for (const [name, path] of Object.entries(wanted)) {
    const value = path.split('.').reduce((node, key) => (isRecord(node) ? node[key] : undefined), answer);
    if (typeof value === 'string') known.set(name, value);
  }
}

async function post(
  url: string,
  body: Record<string, unknown>,
  { method = 'POST', key }: { method?: string; key?: string } = {},
): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}
