import * as z from 'zod';

/** Where a setting can come from, and what the reference pages say of it. */
export interface SettingMeta {
  /** Without the leading dashes; absent for what must never be a flag. */
  flag?: string;
  /** Environment variables in order of precedence. */
  env: readonly string[];
  /** How text from a flag or variable is read. */
  kind: 'text' | 'number' | 'boolean' | 'list' | 'key';
  /** Whether the configuration file may hold it. */
  inFile: boolean;
  description: string;
  placeholder?: string;
}

/** What is known of each setting beside its schema; flags, variables, file, documentation all derive from it. */
export const settingMeta = z.registry<SettingMeta>();

export function setting<T extends z.ZodType>(
  schema: T,
  meta: Partial<SettingMeta> & { description: string },
): T {
  const env = meta.env ?? (meta.flag === undefined ? [] : [variableFor(meta.flag)]);
  settingMeta.add(schema, { kind: 'text', inFile: true, ...meta, env });
  return schema;
}

function variableFor(flag: string): string {
  return `SCALE_MCP_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** A schema of its own for each setting, since metadata is kept per schema. */
export const list = (): z.ZodDefault<z.ZodArray<z.ZodString>> => z.array(z.string().min(1)).default([]);

export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, { error: 'must be a duration such as 500ms, 2s or 1m' });

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration that the schema accepted, such as `1.5s`. */
export function durationMs(duration: string): number {
  const [, amount = '0', unit = 'ms'] = /^([\d.]+)([a-z]+)$/.exec(duration) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? 1);
}
