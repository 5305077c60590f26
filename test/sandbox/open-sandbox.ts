import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { RunningSandbox, SandboxOptions } from '../../src/sandbox/start-sandbox.ts';

export interface Reply {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
  body: any;
  headers: Headers;
}

/** A sandbox with short ways to ask it. */
export interface OpenSandbox {
  running: RunningSandbox;
  live(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  test(method: string, path: string, body?: unknown): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  advance(ms: number): Promise<void>;
}

export const TURNAROUND_MS = 60_000;
export const GEOMETRIES = { box: { objects_to_annotate: ['car'] } };
export const IMAGE = 'https://assets.example.com/a.jpg';

/** Live work takes a minute of the sandbox's clock, so that nothing finishes before a test says so. */
export async function openSandbox(options: SandboxOptions = {}): Promise<OpenSandbox> {
  const running = await startSandbox({ seed: 'empty', turnaroundMs: TURNAROUND_MS, ...options });
  const ask = async (
    url: string,
    method: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Reply> => {
    const response = await fetch(url, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text), headers: response.headers };
  };
  const as = (key: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
  });
  const control: OpenSandbox['control'] = (method, path, body) =>
    ask(`${running.origin}/_sandbox${path}`, method, body, {});
  return {
    running,
    live: (method, path, body, headers = {}) =>
      ask(running.baseUrl + path, method, body, { ...as(running.keys.live), ...headers }),
    test: (method, path, body) => ask(running.baseUrl + path, method, body, as(running.keys.test)),
    control,
    advance: async (ms) => void (await control('POST', '/time', { advance_ms: ms })),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
