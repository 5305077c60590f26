import { isHarmless } from './untrusted.ts';
import type { Fence } from './untrusted.ts';

/**
 * Members of Scale's objects that hold what people wrote. Their strings are fenced however they look;
 * the names are those of the task, batch and project objects.
 */
const FREE_TEXT = new Set([
  'instruction',
  'description',
  'display',
  'text',
  'comments',
  'customer_review_comments',
  'error',
  'message',
  'value',
  'title',
]);

/** Members that hold answers: a string in there is free text unless it is one of the choices that were offered. */
const ANSWERS = new Set(['attributes', 'global_attributes']);

/** Members whose whole content is the customer's own JSON; it is fenced as one piece of JSON text. */
const OPAQUE = new Set(['metadata', 'template_variables']);

/**
 * Copies JSON from Scale with every string fenced that somebody else may have phrased. Empty and null members
 * are left out.
 *
 * @param vocabulary labels and choices of the request; answers among them stay bare
 */
export function fenceJson(
  value: unknown,
  fence: Fence,
  vocabulary: ReadonlySet<string> = new Set(),
): unknown {
  return walk(value, 'bare');

  function walk(node: unknown, kind: 'bare' | 'free' | 'answer'): unknown {
    if (typeof node === 'string') return fenceString(node, kind);
    if (Array.isArray(node)) return node.map((item) => walk(item, kind));
    if (typeof node !== 'object' || node === null) return node;
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(node)) {
      if (member === null || member === undefined) continue;
      copy[isHarmless(key) ? key : 'unreadable_name'] = fenceMember(key, member, kind);
    }
    return copy;
  }

  function fenceMember(key: string, member: unknown, kind: 'bare' | 'free' | 'answer'): unknown {
    if (OPAQUE.has(key)) return isEmptyObject(member) ? {} : fence.untrusted(JSON.stringify(member));
    if (ANSWERS.has(key)) return walk(member, 'answer');
    if (FREE_TEXT.has(key)) return walk(member, 'free');
    return walk(member, kind);
  }

  function fenceString(text: string, kind: 'bare' | 'free' | 'answer'): unknown {
    if (text === '') return text;
    if (kind === 'free') return fence.untrusted(text);
    if (kind === 'answer' && !vocabulary.has(text)) return fence.untrusted(text);
    return fence.bare(text);
  }
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
