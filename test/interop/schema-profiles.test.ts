import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HOSTS as CLIENTS, startHttp } from '../support/hosts.ts';
import { ACCEPTED } from './schema-profiles/accepted.ts';
import { APIS } from './schema-profiles/apis.ts';
import { HOSTS } from './schema-profiles/hosts.ts';
import { JAVASCRIPT_CONVERTERS } from './schema-profiles/javascript-converters.ts';
import { placesIn } from './schema-profiles/place.ts';
import { PYTHON_CONVERTERS } from './schema-profiles/python-converters.ts';
import { badNames, violationsOf } from './schema-profiles/violations.ts';
import type { Where } from '../support/hosts.ts';

const PROFILES = [...APIS, ...PYTHON_CONVERTERS, ...JAVASCRIPT_CONVERTERS, ...HOSTS];

const Listed = z.object({
  name: z.string(),
  description: z.string().min(1), // Bedrock takes no empty one
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()),
});

async function listedAt(where: Where): Promise<z.infer<typeof Listed>[]> {
  const host = await CLIENTS[2].connect(where);
  const listed = await host.listTools();
  await host.close();
  return z.array(Listed).parse(listed);
}

const http = await startHttp(['--sandbox', '--toolsets', 'all'], {});
const LISTINGS = {
  'the sandbox as it is started': await listedAt({ args: ['--sandbox'] }),
  'all toolsets': await listedAt({ args: ['--sandbox', '--toolsets', 'all'] }),
  'all toolsets over HTTP': await listedAt({ url: http.url }),
};
await http.stop();

const ALL = Object.values(LISTINGS).flat();

/** Whether an entry names a place. */
function names(entry: string, where: string): boolean {
  const pattern = entry
    .split('*')
    .map((part) => part.replaceAll(/[.[\]\\^$+?(){}|]/g, String.raw`\$&`))
    .join('[^.]*');
  return new RegExp(entry.endsWith('*') ? `^${pattern}` : `^${pattern}$`).test(where);
}

describe.each(PROFILES)('$name', (profile) => {
  it.each(Object.entries(LISTINGS))('takes what is listed for %s', (_what, tools) => {
    const violations = tools.flatMap((tool) => violationsOf(tool, profile));
    expect(violations.filter(({ effect }) => effect === 'refused').map(({ says }) => says)).toEqual([]);
    const unexpected = violations.filter(
      ({ rule, where }) => !(ACCEPTED[rule] ?? []).some((entry) => names(entry, where)),
    );
    expect(unexpected.map(({ says }) => says)).toEqual([]);
    expect(tools.flatMap((tool) => badNames(tool, profile))).toEqual([]);
  });

  it('says where it was read', () => {
    expect(profile.sources.length).toBeGreaterThan(0);
  });
});

/** Clients that lose something of the usual form, and the form that is for them. */
const VARIANTS = {
  llamaindex: ['llama-index-tools-mcp 0.6.0'],
  'openai-strict': ['OpenAI strict mode', 'openai-agents 0.24.0, convert_schemas_to_strict'],
};

describe.each(Object.entries(VARIANTS))('--schema-profile %s', (variant, names) => {
  // That null becomes a value where something may be left out is accepted for all: the server takes it.
  it('loses nothing with the clients that it is for', async () => {
    const tools = await listedAt({ args: ['--sandbox', '--toolsets', 'all', '--schema-profile', variant] });
    const profiles = PROFILES.filter(({ name }) => names.includes(name));
    expect(profiles).toHaveLength(names.length);
    const lost = profiles.flatMap((profile) =>
      tools.flatMap((tool) =>
        violationsOf(tool, profile).filter(({ effect, rule }) => effect !== 'unsaid' && rule !== 'optional'),
      ),
    );
    expect(lost.map(({ says }) => says)).toEqual([]);
  });
});

it('accepts nothing that is not listed any more', () => {
  const found = PROFILES.flatMap((profile) => ALL.flatMap((tool) => violationsOf(tool, profile)));
  const stale = Object.entries(ACCEPTED).flatMap(([rule, entries]) =>
    entries
      .filter((entry) => !found.some((one) => one.rule === rule && names(entry, one.where)))
      .map((entry) => `${rule}: ${entry}`),
  );
  expect(stale).toEqual([]);
});

it('lists answers that make no client refuse the list', () => {
  const broken = ALL.flatMap(({ name, outputSchema }) =>
    placesIn(outputSchema)
      .filter(({ node }) => '$ref' in node || (node['type'] === 'array' && !('items' in node)))
      .map(({ path }) => `${name}${path}`),
  );
  expect(broken).toEqual([]);
  expect(ALL.filter(({ outputSchema }) => outputSchema['type'] !== 'object')).toEqual([]);
});

/** A tool with one argument of every form that has broken some client. */
const OF_EVERY_FORM = {
  name: 'bad name',
  inputSchema: {
    type: 'object',
    anyOf: [{ required: ['a'] }],
    properties: {
      'a b': { type: ['string', 'null'] },
      list: { type: 'array' },
      map: { type: 'object', additionalProperties: { type: 'string' } },
      priority: { type: 'integer', enum: [10, 20, 30] },
      either: { oneOf: [{ type: 'string' }, { $ref: '#/properties/list' }] },
      inner: { type: 'object', properties: { title: { const: 'x' } }, additionalProperties: false },
    },
  },
};

it.each(PROFILES.filter(({ forms, toolName }) => Object.keys(forms).length > 0 || toolName))(
  '$name finds what it does not take',
  (profile) => {
    expect([...violationsOf(OF_EVERY_FORM, profile), ...badNames(OF_EVERY_FORM, profile)]).not.toEqual([]);
  },
);
