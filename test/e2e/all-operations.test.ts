import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { takeTour } from '../../examples/tour/take-tour.ts';
import { listTool } from '../../src/catalog/listing.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { catalog } from '../../tools/index.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import { HOSTS, remotely, startHttp } from '../support/hosts.ts';
import type { Taken } from '../../examples/tour/take-tour.ts';

const PHOTOS = fileURLToPath(new URL('../../examples/road-signs', import.meta.url));
const TRANSPORTS = ['stdio', 'http'] as const;

const taken: Partial<Record<(typeof TRANSPORTS)[number], Taken[]>> = {};

/** Each transport gets a sandbox of its own: the tour makes the same names twice. */
async function tourOver(transport: (typeof TRANSPORTS)[number]): Promise<Taken[]> {
  const sandbox = await startSandbox({ seed: 'empty', turnaroundMs: 60_000 });
  const env = {
    SCALE_API_KEY: sandbox.keys.live,
    SCALE_API_BASE_URL: sandbox.baseUrl,
    SCALE_MCP_CONFIG: 'test/fixtures/no-questions.yaml',
  };
  const args = ['--allow-dir', PHOTOS];
  const http = transport === 'http' ? await startHttp(args, env) : undefined;
  const [, , { connect }] = HOSTS;
  const client = await connect(http ? { url: http.url } : { args, env });
  try {
    return await takeTour({
      sandbox: sandbox.origin,
      liveKey: sandbox.keys.live,
      call: async (tool, given) => {
        const { text, isError } = await client.call(tool, http ? await remotely(given) : given);
        return { answer: JSON.parse(text) as Record<string, unknown>, isError };
      },
    });
  } finally {
    await client.close();
    await http?.stop();
    await sandbox.close();
  }
}

describe.each(TRANSPORTS)('every operation over %s', (transport) => {
  it('is carried out', async () => {
    const calls = await tourOver(transport);
    taken[transport] = calls;
    expect(calls.filter(({ isError }) => isError)).toEqual([]);
    expect(new Set(calls.map(({ tool }) => tool))).toEqual(new Set(catalog.map(({ name }) => name)));
    for (const { answer } of calls) expect(Object.keys(answer).slice(0, 2)).toEqual(['summary', 'mode']);
  });

  it('lists output schemas that an error fits, too: some clients hold errors against them', () => {
    for (const tool of catalog) expect(listTool(tool).outputSchema).not.toHaveProperty('required');
  });
});

afterAll(() => {
  const seeds = catalog.filter(({ slug }) => SEED_SLUGS.has(slug));
  const worked = (transport: (typeof TRANSPORTS)[number], name: string): boolean =>
    taken[transport]?.some(({ tool, isError }) => tool === name && !isError) ?? false;
  const rows = seeds.map(
    ({ name }) =>
      `${name.padEnd(48)} ${TRANSPORTS.map((t) => (worked(t, name) ? 'yes  ' : 'NO   ')).join(' ')}`,
  );
  const totals = TRANSPORTS.map(
    (t) => `${seeds.filter(({ name }) => worked(t, name)).length} of ${seeds.length} over ${t}`,
  );
  // oxlint-disable-next-line no-console -- the table is what this test is for
  console.log(`\n${'operation'.padEnd(48)} stdio http\n${rows.join('\n')}\n${totals.join(', ')}`);
});
