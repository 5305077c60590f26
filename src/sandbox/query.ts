import { REFUSAL } from './api-error.ts';
import { isObject } from './json.ts';

/** Query parameters as Scale reads them: empty means absent, unknown keys are ignored, keys may be repeated. */
export class Query {
  readonly #values: ReadonlyMap<string, string[]>;

  constructor(raw: unknown) {
    const entries = isObject(raw) ? Object.entries(raw) : [];
    this.#values = new Map(
      entries.map(([key, value]) => [
        key,
        (Array.isArray(value) ? value : [value]).map(String).filter((text) => text !== ''),
      ]),
    );
  }

  text(key: string): string | undefined {
    return this.#values.get(key)?.[0];
  }

  /** Repeated keys and comma-joined values alike; undefined when none is given. */
  list(key: string): string[] | undefined {
    const all = (this.#values.get(key) ?? []).flatMap((value) => value.split(','));
    return all.length > 0 ? all : undefined;
  }

  /** Values of a repeated key, commas kept. */
  repeated(key: string): string[] | undefined {
    const all = this.#values.get(key) ?? [];
    return all.length > 0 ? all : undefined;
  }

  /** `true`, `True`, `1` and their opposites; Python's SDK writes `True`. */
  flag(key: string): boolean | undefined {
    const value = this.text(key)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    throw REFUSAL.invalid(`"${key}" must be a boolean`);
  }

  /** A whole number in the range; 400 outside, which Scale does not document. */
  integer(key: string, fallback: number, min: number, max: number): number {
    const value = this.text(key);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw REFUSAL.invalid(`"${key}" must be an integer from ${min} to ${max}`);
  }

  /** Milliseconds since the epoch of an ISO 8601 date or date-time; one without a zone is UTC. */
  time(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const isoText = value.trim().replace(' ', 'T');
    const hasTime = isoText.includes('T');
    const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(hasTime ? (isoText.split('T')[1] ?? '') : '');
    const ms = Date.parse(hasTime && !hasZone ? `${trimFraction(isoText)}Z` : trimFraction(isoText));
    if (Number.isNaN(ms)) throw REFUSAL.invalid(`"${key}" must be an ISO 8601 date`);
    return ms;
  }
}

/** Python writes microseconds; three digits are what every parser reads. */
function trimFraction(text: string): string {
  return text.replace(/(\.\d{3})\d+/, '$1');
}
