import { isNamed } from '../catalog/tool-names.ts';
import * as z from 'zod';
import { belongsTo } from '../catalog/selection.ts';
import { CONSEQUENCES, EFFECTS, SPECIAL_TOOLSETS, TOOLSETS } from '../catalog/vocabulary.ts';
import type { Presets } from '../catalog/selection.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';

/** What holders of a role may do. What is not named is denied. */
const Role = z.strictObject({
  effects: z.array(z.enum(EFFECTS)).default([]),
  consequences: z.array(z.enum(CONSEQUENCES)).default([]),
  toolsets: z.array(z.enum([...TOOLSETS, ...SPECIAL_TOOLSETS])).default([]),
  /** Single tools beside the toolsets. Tools over the whole team need this when `projects` is given. */
  tools: z.array(z.string().min(1)).default([]),
  /** Names, `*` standing for any characters; all projects when left out. */
  projects: z.array(z.string().min(1)).min(1).optional(),
  /** Data that the Scale key may belong to; the sandbox is always allowed. */
  modes: z.array(z.enum(['live', 'test'])).default(['live', 'test']),
  /** What the console shows: what the holder does, or what everybody does. */
  console: z.enum(['own', 'all']).default('own'),
});

export type Role = z.output<typeof Role>;

/** Where a principal's Scale key is found; never the key itself. */
export const ScaleKeyRef = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'must be {env: VARIABLE} or {file: PATH}; a key does not belong in the file',
  },
);

export type ScaleKeyRef = z.output<typeof ScaleKeyRef>;

/** A bearer token by its hash. */
const TokenEntry = z.strictObject({
  /** Names the principal in records. */
  name: z.string().regex(/^[\w.@-]{1,64}$/, { error: 'must be 1 to 64 letters, digits, and . _ @ -' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in hexadecimal; use scale-ai-mcp token create' }),
  role: z.string().min(1),
  expires: z.iso.datetime({ error: 'must be a time such as 2027-01-31T00:00:00Z' }),
  scale_key: ScaleKeyRef.optional(),
});

export type TokenEntry = z.output<typeof TokenEntry>;

export const Roles = z.record(z.string().min(1), Role);
export const Tokens = z.array(TokenEntry);

/** Roles, and who holds them: tokens of this server, and those of an authorization server. */
export interface AccessPolicy {
  roles: Readonly<Record<string, Role>>;
  tokens: readonly TokenEntry[];
  grants: readonly { role: string }[];
}

/** What contradicts itself in a policy, in sentences; empty when nothing does. */
export function faultsOf({ roles, tokens, grants }: AccessPolicy, toolNames: ReadonlySet<string>): string[] {
  const known = Object.keys(roles).join(', ') || 'none';
  const names = tokens.map(({ name }) => name);
  return [
    ...tokens
      .filter(({ role }) => !Object.hasOwn(roles, role))
      .map(
        ({ name, role }) =>
          `Token "${name}" has the role "${role}", which is not defined. Defined: ${known}.`,
      ),
    ...grants
      .filter(({ role }) => !Object.hasOwn(roles, role))
      .map(({ role }) => `A grant gives the role "${role}", which is not defined. Defined: ${known}.`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `Two tokens are named "${name}".`),
    ...Object.entries(roles).flatMap(([role, { tools }]) =>
      tools
        .filter((tool) => !toolNames.has(tool.toLowerCase()))
        .map((tool) => `Role "${role}" grants the tool "${tool}", which does not exist.`),
    ),
  ];
}

/**
 * The first permission that a role lacks for a tool, such as `effect:create`; undefined when it has all.
 *
 * @param context `isStep` for a part of what another tool does: it takes the effects, and not the offer
 */
export function missingPermission(
  role: Role,
  tool: Tool,
  context: { mode: Mode | undefined; presets: Presets; isStep?: boolean },
): string | undefined {
  const { mode, presets, isStep = false } = context;
  if (!role.effects.includes(tool.effect)) return `effect:${tool.effect}`;
  const consequence = tool.consequences.find((one) => !role.consequences.includes(one));
  if (consequence !== undefined) return `consequence:${consequence}`;
  const named = isStep || role.tools.some((name) => isNamed(tool, name));
  const grouped = role.toolsets.some((group) => belongsTo(tool, group, presets));
  if (!named && !grouped) return `toolset:${tool.toolset}`;
  if (!named && role.projects !== undefined && tool.reach === 'team') return `tool:${tool.name}`;
  return (mode === 'live' || mode === 'test') && !role.modes.includes(mode) ? `mode:${mode}` : undefined;
}
