import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BATCH, labeledStreets, startServer } from '../support/labeled-streets.ts';
import type { Client } from '@modelcontextprotocol/client';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

const PAGE = 'ui://scale-ai-mcp/labels.html';

let directory = '';
let client: Client;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'labels-page-'));
  client = await startServer(directory);
});
afterAll(async () => {
  await client.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the page that shows labels within a chat', () => {
  it('is named by the tools that it shows, and by no other', async () => {
    const { tools } = await client.listTools();
    const linked = tools.filter(({ _meta }) => _meta?.['ui'] !== undefined);
    expect(linked.map(({ name, _meta }) => [name, _meta?.['ui']])).toEqual(
      ['scale_ai_show_task', 'scale_ai_show_sample'].map((name) => [name, { resourceUri: PAGE }]),
    );
  });

  it('is one file of HTML that fetches nothing', async () => {
    const { resources } = await client.listResources();
    const mimeType = 'text/html;profile=mcp-app';
    expect(resources.find(({ uri }) => uri === PAGE)).toMatchObject({ mimeType });
    const { contents } = await client.readResource({ uri: PAGE });
    const [page]: Any = contents;
    expect(page.mimeType).toBe(mimeType);
    expect(page._meta.ui.csp).toEqual({
      connectDomains: [],
      resourceDomains: [],
      frameDomains: [],
      baseUriDomains: [],
    });
    expect(page.text).toMatch(/^<!doctype html>/);
    expect(page.text).toMatch(
      /default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'/,
    );
    expect(page.text).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)=/);
  });

  it('is told the outlines where no label is drawn, beside what a model reads', async () => {
    const [id = ''] = await labeledStreets(client);
    const shown = async (args: object): Promise<Any> =>
      client.callTool({ name: 'scale_ai_show_task', arguments: { task_id: id, ...args } });
    const plain = await shown({});
    const bare = await shown({ labels: [] });
    expect(plain._meta?.['scale-ai-mcp/drawing']).toBeUndefined();
    const { outlines, image, labels, batch } = bare._meta['scale-ai-mcp/drawing'];
    const counted = (all: Any[]): number => all.reduce((sum: number, { count }) => sum + count, 0);
    const drawn = counted(plain.structuredContent.legend);
    expect(outlines).toHaveLength(drawn);
    expect(counted(labels)).toBe(drawn);
    expect(image).toEqual({ width: 1_024, height: 595 });
    expect(batch).toBe(BATCH);
    for (const { points, colour } of outlines) {
      expect(points.length % 2).toBe(0);
      expect(colour).toMatch(/^#[0-9A-F]{6}$/);
    }
    expect(JSON.stringify(bare.structuredContent)).not.toContain('outlines');
    expect(bare.structuredContent.not_drawn).toBeUndefined();

    const both = await shown({ labels: [], prelabels: true });
    expect(both._meta['scale-ai-mcp/drawing'].outlines).toHaveLength(2 * drawn);
    expect(counted(both._meta['scale-ai-mcp/drawing'].labels)).toBe(drawn);
    const { structuredContent } = await shown({ prelabels: true });
    expect(counted(structuredContent.legend)).toBe(drawn);
    expect(structuredContent.summary).toContain(
      `with ${drawn} annotations (pedestrian 3 in sky blue, car 2 in orange, lamp 2 in blue, traffic_sign 1 in green, tree 1 in yellow); ${drawn} that came with the task are dashed`,
    );
  });
});
