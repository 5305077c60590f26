/** docs/reference/tools.md: a section per tool, its example call carried out against the sandbox while the page is written. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { takeTour } from '../examples/tour/take-tour.ts';
import { asListed } from '../src/catalog/as-listed.ts';
import { listTool } from '../src/catalog/listing.ts';
import { TOOLSETS } from '../src/catalog/vocabulary.ts';
import { isRecord } from '../src/responses/compact.ts';
import { startSandbox } from '../src/sandbox/start-sandbox.ts';
import { catalog } from '../tools/index.ts';
import type { Taken } from '../examples/tour/take-tour.ts';
import type { Tool } from '../src/catalog/tool.ts';
import type { Toolset } from '../src/catalog/vocabulary.ts';

const PHOTOS = fileURLToPath(new URL('../examples/road-signs', import.meta.url));
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Longer lists and texts of an example answer are cut for the page, and say so. */
const SHOWN_ITEMS = 3;
const SHOWN_CHARACTERS = 240;

/** Runs the tour over stdio and writes the page from what was answered. */
export async function toolsPage(): Promise<string> {
  const taken = await run();
  const parts = catalog.map((tool) => section(tool, exampleOf(tool, taken)));
  const failed = taken.filter(({ isError }) => isError);
  if (failed.length > 0)
    throw new Error(
      `The tour failed. Correct the steps in examples/tour/steps.ts, or what the sandbox answers in src/sandbox/routes: ${JSON.stringify(failed, undefined, 2)}`,
    );
  return [
    '# Tools',
    'Generated from the catalogue by `npm run generate`, which carries out every example against the sandbox; `test/e2e/all-operations.test.ts` does the same over both transports. Ids and times are made alike, long lists are cut. Which of them to offer: [toolsets.md](toolsets.md).',
    ...TOOLSETS.flatMap((toolset) => [`## ${toolset}`, indexOf(toolset)]),
    ...parts,
  ].join('\n\n');
}

async function run(): Promise<Taken[]> {
  const sandbox = await startSandbox({ seed: 'empty', turnaroundMs: 60_000 });
  const stateDir = await mkdtemp(path.join(tmpdir(), 'tools-page-')); // jobs of whoever generates are not shown
  const client = new Client(
    { name: 'docs', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: {} } },
  );
  // What a person would be asked is agreed to.
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: { agree: true },
  }));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--allow-dir', PHOTOS, '--log-level', 'error'],
      env: {
        ...getDefaultEnvironment(),
        SCALE_API_KEY: sandbox.keys.live,
        SCALE_API_BASE_URL: sandbox.baseUrl,
        SCALE_MCP_AUDIT: 'off',
        SCALE_MCP_STATE_DIR: stateDir,
      },
    }),
  );
  try {
    return await takeTour({
      sandbox: sandbox.origin,
      liveKey: sandbox.keys.live,
      async call(name, args) {
        const { structuredContent, content, isError } = await client.callTool({ name, arguments: args });
        const answer: unknown = structuredContent ?? content;
        return { answer: isRecord(answer) ? answer : { content }, isError: isError === true };
      },
    });
  } finally {
    await client.close();
    await sandbox.close();
    await rm(stateDir, { recursive: true });
  }
}

function getDefaultEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
}

function exampleOf(tool: Tool, taken: readonly Taken[]): Taken {
  const example = taken.find((call) => call.tool === tool.name);
  if (!example)
    throw new Error(
      `The tour does not call ${tool.name}, so its page has no example: add a step for it to examples/tour/steps.ts.`,
    );
  return example;
}

function effectsOf(tool: Tool): string {
  return [tool.effect, ...tool.consequences].join(', ');
}

/** The tools of a toolset, each with its effect and the first sentence of what it does. */
function indexOf(toolset: Toolset): string {
  const lines = catalog
    .filter((tool) => tool.toolset === toolset)
    .map((tool) => {
      const [sentence = ''] = tool.description.split(/(?<=[.:;]) /);
      return `- [${tool.name.replace('scale_ai_', '')}](#${tool.name}) (${effectsOf(tool)}): ${sentence.replace(/[:;]$/, '.')}`;
    });
  return lines.join('\n');
}

function section(tool: Tool, example: Taken): string {
  return [
    `## ${tool.name}`,
    tool.description,
    `Toolset \`${tool.toolset}\`; effect: ${effectsOf(tool)}${tool.reach === 'team' ? '; reaches over the whole team' : ''}.`,
    argumentList(tool),
    'Call:',
    json(alike(asListed(listTool(tool).inputSchema, example.arguments))),
    'Answer:',
    json(alike(shorten(example.answer))),
  ].join('\n\n');
}

function json(value: unknown): string {
  return ['```json', JSON.stringify(value, undefined, 2), '```'].join('\n');
}

function argumentList(tool: Tool): string {
  const { properties, required } = listTool(tool).inputSchema;
  const needed = Array.isArray(required) ? required : [];
  const lines = Object.entries(isRecord(properties) ? properties : {}).map(([name, schema]) => {
    const { description } = isRecord(schema) ? schema : {};
    const words = typeof description === 'string' ? [description] : [];
    const type = `${typeText(schema)}${needed.includes(name) ? ', required' : ''}`;
    return `- \`${name}\` (${type})${[...words, ...boundsOf(schema)].map((note, at) => (at === 0 ? `: ${note}` : `; ${note}`)).join('')}`;
  });
  return lines.length === 0 ? 'No arguments.' : ['Arguments:', lines.join('\n')].join('\n\n');
}

function boundsOf(schema: unknown): string[] {
  if (!isRecord(schema)) return [];
  const { default: usual, minimum, maximum } = schema;
  const isBounded =
    typeof minimum === 'number' && typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  return [
    ...(isBounded ? [`${minimum} to ${maximum}`] : []),
    ...(usual === undefined ? [] : [`\`${JSON.stringify(usual)}\` when left out`]),
  ];
}

function typeText(schema: unknown): string {
  if (!isRecord(schema)) return 'anything';
  const { type, enum: values, const: only, items, anyOf } = schema;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (type === 'array') return `list of ${typeText(items)}`;
  return typeof type === 'string' ? type : 'anything';
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > SHOWN_CHARACTERS)
    return `${value.slice(0, SHOWN_CHARACTERS)}…`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_ITEMS).map(shorten);
    return value.length > SHOWN_ITEMS ? [...shown, `… ${value.length - SHOWN_ITEMS} more`] : shown;
  }
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shorten(one)]));
  return value;
}

/** The same page on every run: ids in the order they appear, one moment for all times, one fence marker. */
function alike(value: unknown): unknown {
  const seen = new Map<string, string>();
  const numbered = (id: string, make: (count: number) => string): string => {
    const known = seen.get(id) ?? make(seen.size + 1);
    seen.set(id, known);
    return known;
  };
  const text = JSON.stringify(value)
    .replaceAll(/data-[0-9a-f]{8,}/g, 'data-0a1b2c3d')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) =>
      numbered(id, (count) => `0d9e1c2a-0000-4000-8000-${String(count).padStart(12, '0')}`),
    )
    .replaceAll(/\b[0-9a-f]{24}\b/g, (id) =>
      numbered(id, (count) => `65f0c1d2e4b0a900${String(count).padStart(8, '0')}`),
    )
    .replaceAll(/\b(plan|job|job_export_[0-9a-f]{12})_[0-9a-f]{16}\b/g, '$1_5f0c7a1be2d94368')
    .replaceAll(/"[^"]*(copies\/)/g, '"…/$1')
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, '2026-03-02T09:15:04.117Z')
    .replaceAll(/127\.0\.0\.1:\d{4,5}/g, '127.0.0.1:8787')
    // Told only of work that takes a while, which depends on the machine.
    .replaceAll(/"(per_second|left_s)":[\d.]+,/g, '');
  return JSON.parse(text);
}
