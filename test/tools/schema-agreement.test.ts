import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listTool } from '../../src/catalog/listing.ts';
import { catalog } from '../../tools/index.ts';
import { asListed } from '../../src/catalog/as-listed.ts';
import { CREATORS, PRIMARY_TYPES, examplesOf } from '../support/examples.ts';
import { around } from '../support/json-schema-arbitrary.ts';
import type { Tool } from '../../src/catalog/tool.ts';

const INPUTS = 10_000;

const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Three judges of the same arguments: what decides, what it says in full, and what hosts are shown. */
function judgesOf(tool: Tool): {
  zod(args: unknown): readonly z.core.$ZodIssue[];
  full(args: unknown): boolean;
  listed(args: unknown): boolean;
  schema: unknown;
} {
  const schema = z.toJSONSchema(tool.schemas().input, { io: 'input', unrepresentable: 'any' });
  const full = ajv.compile(schema);
  const { inputSchema } = listTool(tool);
  const listed = ajv.compile(inputSchema);
  return {
    zod: (args) => tool.schemas().input.safeParse(args).error?.issues ?? [],
    full: (args) => full(args),
    listed: (args) => listed(asListed(inputSchema, args)),
    schema,
  };
}

/** Rules that JSON Schema has no words for: checks in code, also inside alternatives. */
function isBeyondJsonSchema(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'custom') return true;
  return (
    issue.code === 'invalid_union' &&
    issue.errors.some((branch) => branch.length > 0 && branch.every(isBeyondJsonSchema))
  );
}

const CASES = catalog.map((tool) => ({ name: tool.name, tool }));

describe.each(CASES)('$name', ({ tool }) => {
  const judge = judgesOf(tool);

  it('is judged alike by zod and JSON Schema', () => {
    let accepted = 0;
    let refused = 0;
    const property = fc.property(around(judge.schema), (args) => {
      const issues = judge.zod(args);
      if (issues.length === 0) {
        accepted += 1;
        expect(judge.full(args)).toBe(true);
        expect(judge.listed(args)).toBe(true);
      } else {
        refused += 1;
        if (judge.full(args)) expect(issues.filter((issue) => !isBeyondJsonSchema(issue))).toEqual([]);
      }
    });
    fc.assert(property, { numRuns: Math.ceil(INPUTS / catalog.length), seed: 20_260_302 });
    expect(refused).toBeGreaterThan(5);
    expect(accepted).toBeGreaterThan(2);
  });
});

describe.each(PRIMARY_TYPES)('the examples of %s', (type) => {
  const tool = catalog.find(({ name }) => name === CREATORS[type]);
  if (!tool) throw new Error(`no tool for ${type}`);
  const judge = judgesOf(tool);
  const { minimal, rich, invalid } = examplesOf(type);

  it.each([minimal, rich])('valid ones are accepted by all judges', (payload) => {
    expect(judge.zod(payload)).toEqual([]);
    expect(judge.full(payload)).toBe(true);
    expect(judge.listed(payload)).toBe(true);
  });

  it.each(invalid)('agree on: $why', ({ payload }) => {
    const issues = judge.zod(payload);
    if (issues.length === 0) expect(judge.full(payload)).toBe(true);
    else if (judge.full(payload)) expect(issues.every(isBeyondJsonSchema)).toBe(true);
  });
});
