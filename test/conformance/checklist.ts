import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Shown = z.union([
  z.strictObject({ suite: z.string() }),
  z.strictObject({ test: z.string(), named: z.string() }),
  z.strictObject({ why: z.string() }),
]);

export type Shown = z.output<typeof Shown>;

const Item = z.strictObject({
  id: z.string(),
  asked: z.string(),
  met: z.string(),
  shown: z.array(Shown).min(1),
});

const Checklist = z.strictObject({ '2026-07-28': z.array(Item), '2025-11-25': z.array(Item) });

/** What the specification asks in each era, and what shows that it is met. */
export const CHECKLIST = Checklist.parse(
  parse(readFileSync(new URL('checklist.yml', import.meta.url), 'utf8')),
);
