import { createHash } from 'node:crypto';

/** Which part of the data a task belongs to. */
export type Split = (task: { task_id: string; batch?: string | undefined; metadata?: unknown }) => string;

const NAMES = ['train', 'val', 'test'] as const;

const SHARES = /^(\d+(\.\d+)?|\.\d+)(\/(\d+(\.\d+)?|\.\d+)){1,2}$/;

/** What may be asked for, for a sentence. */
export const SPLITS = 'shares that make 1, such as 0.8/0.2 or 0.8/0.1/0.1, batch, or metadata.KEY';

/**
 * A task is in one part only, and stays in it however many others there are.
 *
 * @param asked see SPLITS
 * @param seed another one gives other parts
 * @returns undefined for what is no such thing
 */
export function splitBy(asked: string, seed: number): Split | undefined {
  if (asked === 'batch') return ({ batch = 'without-batch' }) => partName(batch);
  const key = /^metadata\.(.+)$/.exec(asked)?.[1];
  if (key !== undefined) return ({ metadata }) => partName(memberOf(metadata, key));
  if (!SHARES.test(asked)) return undefined;
  const shares = asked.split('/').map(Number);
  const sum = shares.reduce((all, share) => all + share, 0);
  if (Math.abs(sum - 1) > 1e-6) return undefined;
  return ({ task_id: id }) => {
    let place = createHash('sha256').update(`${seed}:${id}`).digest().readUInt32BE(0) / 2 ** 32;
    const at = shares.findIndex((share) => (place -= share) < 0);
    return NAMES[at < 0 ? shares.length - 1 : at] ?? 'test';
  };
}

function memberOf(metadata: unknown, key: string): string {
  const value: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : `without-${key}`;
}

/** A name of a folder. */
function partName(value: string): string {
  return (
    value
      .replaceAll(/[^\w.-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, 60) || '_'
  );
}
