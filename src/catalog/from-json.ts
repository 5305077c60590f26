import { parseJsonKeepingDigits } from '../json/lossless-json.ts';

/** An object or a list that was sent as JSON text; anything else as it is. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJsonKeepingDigits(value);
  } catch {
    return value;
  }
}
