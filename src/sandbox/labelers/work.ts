import type { JsonObject } from '../json.ts';
import type { Answer, Files } from './result-file.ts';
import type { Size } from './shapes.ts';

/** What a made-up result is made from. */
export interface Work {
  params: JsonObject;
  /** Pixels of the first picture. */
  image: Size;
  files: Files;
  /** What makes two tasks' results differ. */
  seed: string;
}

export type Make = (work: Work) => Answer;
