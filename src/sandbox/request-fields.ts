import { REFUSAL } from './api-error.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';

const MAX_METADATA_BYTES = 10 * 1_024;
const MAX_TAGS = 5;

/** A list of tags; Scale takes a bare array, and so does this, but also `{tags: […]}`. */
export function readTags(value: unknown): string[] {
  const list = isObject(value) ? value['tags'] : value;
  if (!Array.isArray(list) || !list.every((tag) => typeof tag === 'string')) {
    throw REFUSAL.invalid('"tags" must be an array of strings');
  }
  const tags = [...new Set(list)];
  if (tags.length > MAX_TAGS) throw REFUSAL.invalid(`"tags" must contain at most ${MAX_TAGS} tags`);
  return tags;
}

/** Free key/value data of at most 10 KB; a missing body counts as an empty object. */
export function readMetadata(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw REFUSAL.invalid('"metadata" must be an object');
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_METADATA_BYTES) {
    throw REFUSAL.invalid('"metadata" must be at most 10 KB');
  }
  return value;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/** A list of e-mail addresses. */
export function readEmails(value: unknown): string[] {
  if (!Array.isArray(value)) throw REFUSAL.missing('emails');
  return value.map((email: unknown) => {
    if (typeof email === 'string' && EMAIL.test(email)) return email;
    throw REFUSAL.invalid(`"${String(email)}" is not an e-mail address`);
  });
}

/** A required, non-empty string of a body. */
export function readString(body: JsonObject, key: string): string {
  const value = body[key];
  if (value === undefined || value === null || value === '') throw REFUSAL.missing(key);
  if (typeof value !== 'string') throw REFUSAL.invalid(`"${key}" must be a string`);
  return value;
}

/** The body as an object; an empty body counts as an empty object. */
export function readObject(body: unknown): JsonObject {
  if (body === undefined || body === null || body === '') return {};
  if (!isObject(body)) throw REFUSAL.invalid('the body must be an object');
  return body;
}

/** A required list of strings. */
export function readNames(value: unknown, key: string): string[] {
  if (!Array.isArray(value)) throw REFUSAL.missing(key);
  if (!value.every((name) => typeof name === 'string'))
    throw REFUSAL.invalid(`"${key}" must be an array of strings`);
  return value;
}
