import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { startListingStub } from '../support/listing-stub.ts';
import type { ServerResponse } from 'node:http';
import type { Bench } from '../support/invoke-tool.ts';
import type { ListingStub, StubTask } from '../support/listing-stub.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

const MIB = 1024 * 1024;

let stub: ListingStub;
let bench: Bench;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-'));
  stub = await startListingStub();
  bench = await openBench({ baseUrl: stub.baseUrl, allowDir: [directory] });
});
afterEach(async () => {
  await bench.close();
  await stub.close();
  await rm(directory, { recursive: true, force: true });
});

const withFiles = (id: string, names: string[]): StubTask => ({
  task_id: id,
  completed_at: '2026-02-03T10:00:00.000Z',
  response: {
    frames: names.map((name) => ({ url: `${stub.baseUrl}/task/${id}/response_url/${name}` })),
    link: 'https://elsewhere.example/x',
  },
});

async function exported(): Promise<Any> {
  const found = outputOf(await bench.call('scale_ai_export_results', { project: 'signs' })) as Any;
  const text = await readFile(found.exported.file, 'utf8');
  const lines = text.split('\n').filter(Boolean);
  return { ...found, lines: lines.map((line) => JSON.parse(line) as unknown), text };
}

describe('a line of an export', () => {
  it('has a bound; files that have no room in it are gaps', async () => {
    stub.pages = [[withFiles('a', ['6', '7', '9', '5', '1'])]];
    const asked: string[] = [];
    stub.file = (name, response) => {
      asked.push(name);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify('x'.repeat(Number(name) * MIB)));
    };
    const { lines, text, exported: found } = await exported();
    expect(Buffer.byteLength(text)).toBeLessThan(16 * MIB);
    expect(found).toMatchObject({ gap_count: 3, bytes: Buffer.byteLength(text) });
    const [line] = lines;
    expect(Object.keys(line.files)).toEqual(['frames[0].url', 'frames[1].url']);
    expect(line.gaps).toEqual([
      {
        path: 'frames[2].url',
        url: expect.stringContaining('/9'),
        reason: expect.stringContaining('8388608'),
      },
      {
        path: 'frames[3].url',
        url: expect.stringContaining('/5'),
        reason: expect.stringContaining('16777216'),
      },
      {
        path: 'frames[4].url',
        url: expect.stringContaining('/1'),
        reason: expect.stringContaining('16777216'),
      },
    ]);
    expect(asked).toEqual(['6', '7', '9', '5']);
  });

  it('is one of four with files in memory at once', async () => {
    stub.pages = [Array.from({ length: 10 }, (_, index) => withFiles(`t-${index}`, ['1', '2']))];
    let [running, most] = [0, 0];
    const answer = async (response: ServerResponse): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      running -= 1;
      response.writeHead(200, { 'content-type': 'image/png' }).end('png');
    };
    stub.file = (_name, response) => void answer(response);
    const { lines } = await exported();
    expect(lines).toHaveLength(10);
    expect(lines[0].files['frames[0].url']).toEqual({
      content_type: 'image/png',
      base64: expect.any(String),
    });
    expect(most).toBe(4);
  });
});

describe('the count of an export', () => {
  it('takes labels that are named like members of an object', async () => {
    const labels = ['constructor', '__proto__', 'toString', 'car', 'car'];
    stub.pages = [
      [
        {
          task_id: 'a',
          completed_at: '2026-02-03T10:00:00.000Z',
          response: { annotations: labels.map((label) => ({ label })) },
        },
      ],
    ];
    const { exported: found, text } = await exported();
    expect(found).toMatchObject({
      tasks: 1,
      bytes: Buffer.byteLength(text),
      labels: { car: 2, toString: 1 },
    });
    expect(Object.hasOwn(found.labels, 'constructor')).toBe(true);
  });
});
