import { uuidFrom } from '../ids.ts';
import type { JsonObject } from '../json.ts';

/** A result that is a file of its own, beside the task. */
interface ResultFile {
  id: string;
  contentType: string;
  body: Buffer;
}

/** What a labeler hands in: what stands on the task, and the files it points to. */
export interface Answer {
  response: JsonObject;
  files: ResultFile[];
}

/** Collects the files of one answer and gives each its URL. */
export class Files {
  readonly files: ResultFile[] = [];
  readonly #urlFor: (fileId: string) => string;
  readonly #seed: string;

  /** @param seed what makes the ids of two tasks' files differ */
  constructor(urlFor: (fileId: string) => string, seed: string) {
    this.#urlFor = urlFor;
    this.#seed = seed;
  }

  json(name: string, content: unknown): string {
    return this.#add(name, 'application/json', Buffer.from(JSON.stringify(content)));
  }

  png(name: string, body: Buffer): string {
    return this.#add(name, 'image/png', body);
  }

  #add(name: string, contentType: string, body: Buffer): string {
    const id = uuidFrom(`${this.#seed}#${name}`);
    this.files.push({ id, contentType, body });
    return this.#urlFor(id);
  }
}

export function inline(response: JsonObject): Answer {
  return { response, files: [] };
}
