import { MAX_DEPTH, isDeeper } from '../json/depth.ts';
import { parseJsonKeepingDigits } from '../json/lossless-json.ts';

/** An object or a list that was sent as JSON text; anything else, and what is nested without end, as it is. */
export function fromJson(value: unknown): unknown {
  const parsed = parsedJson(value);
  return isDeeper(parsed, MAX_DEPTH) ? value : parsed;
}

/** Whether it is JSON text of more levels than are read: what goes through them would not come back. */
export function isTooDeep(value: unknown): boolean {
  return typeof value === 'string' && isDeeper(parsedJson(value), MAX_DEPTH);
}

function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJsonKeepingDigits(value);
  } catch {
    return value;
  }
}
