/** An annotation in the form that Scale takes for hypotheses and base annotations. */
export type ScaleAnnotation = { type: string; label: string } & Record<string, unknown>;

/** Labels of one image, as somebody has them already. */
export interface LabeledFile {
  /** The name of the image, without its folders. */
  name: string;
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
  readonly #byKey = new Map<string, LabeledFile>();
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
      for (const key of [file.id, stemOf(file.name), file.name, file.url]) {
        if (key !== undefined && key !== '') this.#byKey.set(key, file);
      }
    }
  }

  /** @param keys what an image may be known by: its id, its name with or without ending, its URL; the first that fits */
  find(keys: readonly string[]): LabeledFile | undefined {
    for (const key of keys) {
      const found = this.#byKey.get(key);
      if (!found) continue;
      this.#used.add(found);
      return found;
    }
    return undefined;
  }

  /** Images of the set that nothing was found for. */
  get unused(): number {
    return this.files.length - this.#used.size;
  }
}

export function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '');
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
