import type { Answer, SentResult, SentTool } from './script.ts';

/** What one request to a model says, in whichever API it was written. */
export interface Asked {
  tools: SentTool[];
  /** All results of tools in the conversation so far, oldest first. */
  results: SentResult[];
  isStreamed: boolean;
  /** What a model calls to find tools that were not sent, or to have one loaded of which it knows the name only. */
  search?: { tool: SentTool; argsFor(name: string): Record<string, unknown> };
  /** What a model calls when the last call has not ended yet. */
  wait?: { tool: SentTool; args: Record<string, unknown> };
  /** What the real API would refuse beside the tools. */
  complaints?: string[];
  /** Images where the real API takes none, so that no model sees them. */
  unseenImages?: number;
}

/** One way to speak to a model. */
export interface ModelApi {
  name: string;
  /** @param path without version prefix and query */
  serves(path: string): boolean;
  read(body: unknown, path: string): Asked;
  /** The whole answer, for a request that does not stream. */
  answer(answer: Answer, body: unknown): unknown;
  /** The events of a stream: names (where the API has them) and data. */
  events(answer: Answer, body: unknown): { event?: string; data: unknown }[];
  /** What ends a stream after its events. */
  end?: string;
}

/** What the stub keeps of every request. */
export interface Exchange {
  api: string;
  path: string;
  isStreamed: boolean;
  /** Milliseconds since the stub was started. */
  atMs: number;
  tools: SentTool[];
  results: SentResult[];
  /** Images anywhere in the conversation, as parts that a model sees. */
  images: number;
  /** Long runs of base64 within text: images that a model would have to read letter by letter. */
  base64Texts: number;
  answered: Answer;
  /** What the real API would refuse. */
  complaints: string[];
  /** Steps that the person made before this answer, such as `approved: 200`. */
  person: string[];
  body: unknown;
}

const IMAGE_TYPES: ReadonlySet<unknown> = new Set(['image', 'image_url', 'input_image']);

const isImageMime = (value: unknown): boolean => typeof value === 'string' && value.startsWith('image/');

/** Counts the image parts of any of the four APIs, and the text that only holds the bytes of one. */
export function countImages(value: unknown): { images: number; base64Texts: number } {
  if (typeof value === 'string') return { images: 0, base64Texts: /[A-Za-z0-9+/]{2000}/.test(value) ? 1 : 0 };
  if (value === null || typeof value !== 'object') return { images: 0, base64Texts: 0 };
  const members = value as Record<string, unknown>;
  const isImage =
    (IMAGE_TYPES.has(members['type']) && ('source' in members || 'image_url' in members)) ||
    ('data' in members && isImageMime(members['mimeType'] ?? members['mime_type']) && !('type' in members));
  if (isImage) return { images: 1, base64Texts: 0 };
  let images = 0;
  let base64Texts = 0;
  for (const item of Object.values(members)) {
    const found = countImages(item);
    images += found.images;
    base64Texts += found.base64Texts;
  }
  return { images, base64Texts };
}

/** The text of a tool's result, whichever parts it is made of. */
export function resultOf(content: unknown): SentResult {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (Array.isArray(value)) for (const item of value) collect(item);
    else if (value !== null && typeof value === 'object') {
      const { text, content: inner } = value as { text?: unknown; content?: unknown };
      if (typeof text === 'string') texts.push(text);
      else if (inner !== undefined) collect(inner);
      else if (countImages(value).images === 0) texts.push(JSON.stringify(value));
    }
  };
  collect(content);
  return { text: texts.join('\n'), images: countImages(content).images };
}
