import { createHash } from 'node:crypto';

/** Longer texts are given by their length: they may be anything. */
const MAX_TEXT = 120;
const MAX_ITEMS = 10;
const MAX_DEPTH = 4;

/** Members that hold free text or the customer's own data, however short. */
const CONTENT = new Set([
  'instruction',
  'metadata',
  'text',
  'hypothesis',
  'base_annotations',
  'content_base64',
]);

/** Arguments as they may be kept: what a call was about, not what was in it. */
export function redactArguments(args: unknown): { digest: string; args: unknown } {
  const digest = createHash('sha256')
    .update(JSON.stringify(args ?? {}))
    .digest('hex');
  return { digest, args: redact(args ?? {}, 0) };
}

/** Signed URLs carry their secret in the query, others in front of the host. */
function withoutSecrets(text: string): string {
  return text.replace(/^(\w+:\/\/)(?:[^/@\s]*@)?([^?#\s]*)(?:[?#].*)?$/s, '$1$2');
}

function shortText(text: string): string {
  return text.length > MAX_TEXT ? `[${text.length} characters]` : text;
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shortText(withoutSecrets(value));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS || depth >= MAX_DEPTH) return `[${value.length} items]`;
    return value.map((item: unknown) => redact(item, depth + 1));
  }
  if (depth >= MAX_DEPTH) return '[object]';
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name.slice(0, MAX_TEXT),
      CONTENT.has(name) ? `[${JSON.stringify(member)?.length ?? 0} characters]` : redact(member, depth + 1),
    ]),
  );
}
