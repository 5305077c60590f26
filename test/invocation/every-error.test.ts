import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/catalog/tool.ts';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { callLimits } from '../../src/access/limits/call-limits.ts';
import { localLimits } from '../../src/access/limits/shared-store.ts';
import { errorOf, openBench } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import { AuditWriteError } from '../../src/observability/audit/audit-file.ts';
import type { ErrorCode } from '../../src/catalog/tool.ts';
import type { Bench } from '../support/invoke-tool.ts';

type Options = Parameters<typeof openBench>[0];

const READ = 'scale_ai_get_batch';
const READ_ARGS = { batch_name: 'b' };

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'every-error-'));
  await writeFile(path.join(directory, 'huge.bin'), '');
  await truncate(path.join(directory, 'huge.bin'), 81 * 1024 * 1024);
});
afterAll(() => rm(directory, { recursive: true }));

/** Calls through a bench against a server that always answers the same. */
async function ask(
  options: Options,
  call: (bench: Bench) => ReturnType<Bench['call']>,
  answer: { status: number; body: unknown } = {
    status: 200,
    body: { name: 'signs', status: 'staging', pending: 1 },
  },
): Promise<ReturnType<typeof errorOf>> {
  const stub = await startScaleStub((_request, response) =>
    typeof answer.body === 'string'
      ? void response.writeHead(answer.status).end(answer.body)
      : json(response, answer.status, answer.body),
  );
  const bench = await openBench({ baseUrl: stub.baseUrl, ...options });
  try {
    return errorOf(await call(bench));
  } finally {
    await bench.close();
    await stub.close();
  }
}

const answered = (
  status: number,
  body: unknown = { status_code: status, error: 'No.' },
): ReturnType<typeof ask> => ask({}, (bench) => bench.call(READ, READ_ARGS), { status, body });

const uploading = (file: string): ReturnType<typeof ask> =>
  ask({ allowDir: [directory] }, (bench) => bench.call('scale_ai_upload_file', { file_path: file }));

/** How each error comes about. A code without a way to it does not compile. */
const WAYS: Record<ErrorCode, () => ReturnType<typeof ask>> = {
  invalid_arguments: () => ask({}, (bench) => bench.call(READ, {})),
  tool_not_enabled: () =>
    ask({ selection: { tools: ['scale_ai_get_task'] } }, (bench) => bench.call(READ, READ_ARGS)),
  read_only: () =>
    ask({ selection: { readOnly: true } }, (bench) => bench.call('scale_ai_finalize_batch', READ_ARGS)),
  outside_project: () =>
    ask({ selection: { project: 'p' } }, (bench) => bench.call('scale_ai_get_teams', {})),
  not_permitted: () => ask({ missing: () => 'effect:read' }, (bench) => bench.call(READ, READ_ARGS)),
  audit_unavailable: () => {
    const auditSink = {
      recordIntent: async () => Promise.reject(new AuditWriteError('disk full')),
      record: async () => undefined,
    };
    return ask({ auditSink }, (bench) => bench.call('scale_ai_finalize_batch', READ_ARGS));
  },
  state_unavailable: () =>
    ask({ stateDir: '/dev/null/state' }, (bench) => bench.call('scale_ai_list_jobs', {})),
  confirmation_required: () =>
    ask({ policy: ConsentPolicy.parse({}) }, (bench) => bench.call('scale_ai_finalize_batch', READ_ARGS)),
  blocked: () =>
    ask({ policy: ConsentPolicy.parse({ irreversible: 'block' }) }, (bench) =>
      bench.call('scale_ai_finalize_batch', READ_ARGS),
    ),
  declined: () =>
    ask({ policy: ConsentPolicy.parse({}) }, async (bench) => {
      const asked = await bench.call('scale_ai_finalize_batch', READ_ARGS);
      const seal = 'question' in asked ? asked.question?.seal : undefined;
      // Asked four seconds ago: nobody reads and refuses in less than three.
      const consent = seal && { seal: { ...seal, expiresAt: seal.expiresAt - 4_000 }, answer: 'no' as const };
      return bench.call('scale_ai_finalize_batch', READ_ARGS, undefined, consent);
    }),
  no_api_key: () => ask({ apiKey: undefined }, (bench) => bench.call(READ, READ_ARGS)),
  path_not_allowed: () => uploading('/etc/hostname'),
  file_not_readable: () => uploading(path.join(directory, 'missing.jpg')),
  file_too_large: () => uploading(path.join(directory, 'huge.bin')),
  bad_request: () => answered(400),
  unauthorized: () => answered(401),
  not_enabled: () => answered(402),
  forbidden: () => answered(403),
  not_found: () => answered(404),
  conflict: () => answered(409),
  limit_reached: () =>
    ask(
      {
        limits: callLimits(localLimits(), {
          callsPerMinute: 1,
          billablePerHour: 0,
          billablePerDay: 1_000_000,
          currency: 'USD',
        }),
      },
      async (bench) => {
        await bench.call(READ, {});
        return bench.call(READ, READ_ARGS);
      },
    ),
  rate_limited: () => answered(429),
  upstream_error: () => answered(500),
  upstream_unreachable: () =>
    ask({ baseUrl: 'http://127.0.0.1:9/v1' }, (bench) => bench.call(READ, READ_ARGS)),
  timeout: () => answered(504),
  unexpected_response: () => answered(200, '<html>A page of some proxy in between</html>'),
  cancelled: () => ask({}, (bench) => bench.call(READ, READ_ARGS, AbortSignal.abort())),
  internal_error: () => {
    const auditSink = {
      recordIntent: () => Promise.reject(new TypeError('a mistake in the code')),
      record: async () => undefined,
    };
    const args = { name: 'p', type: 'imageannotation' };
    return ask({ auditSink }, (bench) => bench.call('scale_ai_create_project', args));
  },
};

describe.each(ERROR_CODES)('%s', (code) => {
  it('is what the caller reads, with outcome and request id', async () => {
    expect(await WAYS[code]()).toMatchObject({
      code,
      message: expect.stringMatching(/.{20}/),
      outcome: expect.stringMatching(/^(not_sent|no_effect)$/),
      request_id: expect.stringMatching(/^req_[0-9a-f]{16}$/),
    });
  });
});

it('docs/reference/errors.md describes exactly the codes there are', async () => {
  const page = await readFile(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');
  const sections = [...page.matchAll(/^### (\w+)\n\n([^#]+)\n\n_What to do:_ ([^#]+)$/gm)];
  expect(new Set(sections.map(([, code]) => code))).toEqual(new Set(ERROR_CODES));
  expect(sections).toHaveLength(ERROR_CODES.length);
  for (const [, , when = '', advice = ''] of sections)
    expect(Math.min(when.length, advice.length)).toBeGreaterThan(5);
});
