import * as z from 'zod';

/** An annotation in the form that Scale takes for hypotheses and base annotations. */
export type ScaleAnnotation = { type: string; label: string } & Record<string, unknown>;

/** A number that may stand in quotes: tools write coordinates so, and so are read those of more digits than a double has. */
export const coordinate = z.union([
  z.number(),
  z
    .string()
    .regex(/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i)
    .transform(Number),
]);

/** Labels of one image, as somebody has them already. */
export interface LabeledFile {
  /** The name of the image, without its folders. */
  name: string;
  /** Its name with folders, where these tell images of one name apart. */
  path?: string;
  /** Its name as the data writes it, where it does. */
  written?: string;
  /** The id that the image has in the data. */
  id?: string;
  url?: string;
  size?: { width: number; height: number };
  /** In pixels; where the data counts in shares of the image, for an image of this size. */
  annotations: (size: { width: number; height: number } | undefined) => ScaleAnnotation[] | NeedsSize;
}

/** Shares of an image become pixels only when its size is known. */
export const NEEDS_SIZE = 'needs_size';
type NeedsSize = typeof NEEDS_SIZE;

/** Labels that exist already, of many images. */
export class LabelSet {
  /** Of what form they are, for sentences. */
  readonly form: string;
  readonly files: readonly LabeledFile[];
  /** Classes that the data declares, in its order, whether any annotation is of them or not. */
  readonly classes: readonly string[];
  /** What could not be taken as it is, by the reason. */
  readonly notes: ReadonlyMap<string, number>;
  readonly #byKey = new Map<string, Set<LabeledFile>>();
  readonly #used = new Set<LabeledFile>();

  constructor(
    form: string,
    files: readonly LabeledFile[],
    {
      notes = new Map(),
      classes = [],
    }: { notes?: ReadonlyMap<string, number>; classes?: readonly string[] } = {},
  ) {
    this.classes = classes;
    this.form = form;
    this.files = files;
    this.notes = notes;
    for (const file of files) {
      for (const key of [file.id, stemOf(file.name), file.name, file.path, file.url]) {
        if (key === undefined || key === '') continue;
        const known = this.#byKey.get(key.normalize());
        if (known) known.add(file);
        else this.#byKey.set(key.normalize(), new Set([file]));
      }
    }
  }

  /**
   * @param keys what an image may be known by: its id, its path, its name with or without ending, its URL; the first
   *   that fits one image
   * @returns several where no key tells them apart: labels of another image would be worse than none
   */
  find(keys: readonly string[]): LabeledFile | readonly LabeledFile[] | undefined {
    let several: readonly LabeledFile[] | undefined;
    for (const key of keys) {
      const fitting = nearest([...(this.#byKey.get(key.normalize()) ?? [])], keys);
      const [found] = fitting;
      if (found && fitting.length === 1) return this.take(found);
      if (found) several ??= fitting;
    }
    return several;
  }

  take(file: LabeledFile): LabeledFile {
    this.#used.add(file);
    return file;
  }

  /** Images of the set that nothing was found for. */
  get unused(): number {
    return this.files.length - this.#used.size;
  }
}

/** Of images of one name those whose folders are most like those of a key. */
function nearest(files: readonly LabeledFile[], keys: readonly string[]): readonly LabeledFile[] {
  if (files.length < 2) return files;
  const shared = files.map(({ path, name }) => Math.max(...keys.map((key) => sharedTail(path ?? name, key))));
  const most = Math.max(...shared);
  return files.filter((_, index) => shared[index] === most);
}

/** Names at the end of both paths that are the same; of the last one without its ending. */
function sharedTail(one: string, other: string): number {
  const [a, b] = [one, other].map((path) => stemOf(path.normalize()).split(/[\\/]/).toReversed());
  const differs = a?.findIndex((name, index) => name !== b?.[index]) ?? 0;
  return differs === -1 ? (a?.length ?? 0) : differs;
}

export function stemOf(name: string): string {
  return name.replace(/\.[^.\\/]+$/, '');
}

/** The name of a file in a path or URL of any system. */
export function baseName(address: string): string {
  const path =
    /^[a-z0-9+.-]+:\/\//i.test(address) && URL.canParse(address) ? new URL(address).pathname : address;
  const last = path.split(/[\\/]/).at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
