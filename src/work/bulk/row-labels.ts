import { imageSize } from 'image-size';
import { isRecord } from '../../responses/compact.ts';
import { NEEDS_SIZE, baseName, stemOf } from '../../labels/imported/label-set.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { LabelSet, LabeledFile, ScaleAnnotation } from '../../labels/imported/label-set.ts';
import type { ManifestRow } from '../manifest/manifest-row.ts';
import type { Plan } from './plan.ts';

/** Where the size of most images stands. */
const HEAD_BYTES = 256 * 1024;

/** Columns that name an image. */
const NAMES = ['file_name', 'filename', 'name', 'stem', 'id', 'image_id', 'image', 'path', 'url'];

/** Lines that are named of those with something beyond their image. */
const MAX_LINES = 20;

export type PrelabelMember = 'hypothesis' | 'base_annotations';

interface Size {
  width: number;
  height: number;
}

/** Labels that exist already, put beside the rows of a plan. */
export class RowLabels {
  readonly member: PrelabelMember;
  readonly #set: LabelSet;
  readonly #files: LocalFiles;
  /** Rows that were made of an image of the labels. */
  readonly #own = new WeakMap<Readonly<Record<string, unknown>>, LabeledFile>();
  #matched = 0;
  #annotations = 0;
  #without = 0;
  readonly #outside: number[] = [];
  #outsideCount = 0;

  constructor(set: LabelSet, member: PrelabelMember, files: LocalFiles) {
    this.#set = set;
    this.member = member;
    this.#files = files;
  }

  /** Each image of the labels as a row, where there is no manifest. */
  async *rows(): AsyncGenerator<ManifestRow> {
    let line = 0;
    for (const file of this.#set.files) {
      line += 1;
      const { name, id, url, size } = file;
      const all = { file_name: fileNameOf(file), name, stem: stemOf(name), id, url, ...size };
      const cells = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      this.#own.set(cells, file);
      yield { line, cells };
    }
  }

  /**
   * The labels of a row; undefined for one that has none.
   *
   * @param file the image on this machine, where it is one
   */
  async of(
    { line, cells }: { line: number; cells: Readonly<Record<string, unknown>> },
    params: Readonly<Record<string, unknown>>,
    file: string | undefined,
  ): Promise<{ annotations: ScaleAnnotation[] } | { reason: string } | undefined> {
    const own = this.#own.get(cells);
    const found = own ? this.#set.take(own) : this.#set.find(keysOf(cells, params));
    if (!found) {
      this.#without += 1;
      return undefined;
    }
    if (isSeveral(found)) return { reason: notToldApart(found) };
    const size = sizeIn(cells) ?? found.size ?? (file === undefined ? undefined : await this.#sizeOf(file));
    const annotations = found.annotations(size);
    if (annotations === NEEDS_SIZE) return { reason: NO_SIZE };
    this.#matched += 1;
    this.#annotations += annotations.length;
    if (size && annotations.some((one) => isBeyond(one, size))) {
      this.#outsideCount += 1;
      if (this.#outside.length < MAX_LINES) this.#outside.push(line);
    }
    return annotations.length === 0 ? undefined : { annotations };
  }

  told(): NonNullable<Plan['prelabels']> {
    return {
      form: this.#set.form,
      member: this.member,
      images: this.#set.files.length,
      rows_with: this.#matched,
      rows_without: this.#without,
      annotations: this.#annotations,
      unused_images: this.#set.unused,
      beyond_image: { count: this.#outsideCount, lines: [...this.#outside] },
      not_as_it_is: Object.fromEntries(this.#set.notes),
    };
  }

  async #sizeOf(file: string): Promise<Size | undefined> {
    try {
      const opened = await this.#files.open(file);
      try {
        let head = new Uint8Array();
        for await (const chunk of opened.content()) {
          head = new Uint8Array(Buffer.concat([head, chunk]));
          if (head.length >= HEAD_BYTES) break;
        }
        const { width, height, orientation = 1 } = imageSize(head);
        return orientation >= 5 ? { width: height, height: width } : { width, height };
      } finally {
        await opened.close();
      }
    } catch {
      return undefined; // no file, or no image that is known: another check says so
    }
  }
}

/** As the data names it; what begins at a root or with a scheme is of somebody else's machine, or an address. */
function fileNameOf({ name, written = name }: LabeledFile): string {
  return written === '' || /^[a-z][a-z0-9+.-]*:|^\/|\\/i.test(written) ? name : written;
}

function isSeveral(found: LabeledFile | readonly LabeledFile[]): found is readonly LabeledFile[] {
  return Array.isArray(found);
}

function notToldApart(files: readonly LabeledFile[]): string {
  const names = files.slice(0, 3).map(({ name, path = name }) => `"${path}"`);
  return `fits ${files.length} images of the labels (${names.join(', ')}${files.length > 3 ? ' …' : ''}), and none of them is meant for sure: give a column id, path or url that only one of them has`;
}

const NO_SIZE =
  'its labels are shares of the image, whose size is not known: give columns width and height, or local files';

function keysOf(
  cells: Readonly<Record<string, unknown>>,
  { attachment, unique_id: id }: Readonly<Record<string, unknown>>,
): string[] {
  const values = [id, ...NAMES.map((name) => cells[name]), attachment];
  return values.flatMap((value) => {
    if (typeof value === 'number') return [String(value)];
    if (typeof value !== 'string' || value === '') return [];
    const base = baseName(value);
    return [value, base, stemOf(base)];
  });
}

function sizeIn({ width, height }: Readonly<Record<string, unknown>>): Size | undefined {
  const [w, h] = [Number(width), Number(height)];
  return w > 0 && h > 0 ? { width: w, height: h } : undefined;
}

/** A pixel more is rounding. */
function isBeyond(annotation: ScaleAnnotation, { width, height }: Size): boolean {
  const { left, top, width: w, height: h, x, y, vertices } = annotation;
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const corners: [number, number][] = Array.isArray(vertices)
    ? vertices.flatMap((one: unknown) => (isRecord(one) ? [[number(one['x']), number(one['y'])]] : []))
    : left === undefined
      ? [[number(x), number(y)]]
      : [
          [number(left), number(top)],
          [number(left) + number(w), number(top) + number(h)],
        ];
  return corners.some(([px, py]) => px < -1 || py < -1 || px > width + 1 || py > height + 1);
}
