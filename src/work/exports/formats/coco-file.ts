import type { Folder, TextFile } from './folder.ts';

/** A file of COCO while it grows: its images, and its annotations in a file beside it until the end. */
export class CocoFile {
  readonly #folder: Folder;
  readonly #name: string;
  readonly #images: TextFile;
  readonly #annotations: TextFile;
  #imageCount = 0;
  #annotationCount = 0;

  private constructor(folder: Folder, name: string, images: TextFile, annotations: TextFile) {
    this.#folder = folder;
    this.#name = name;
    this.#images = images;
    this.#annotations = annotations;
  }

  static async open(folder: Folder, name: string): Promise<CocoFile> {
    const images = await folder.text(name);
    await images.write('{"info":{"description":"Exported from Scale AI"},"images":[\n');
    return new CocoFile(folder, name, images, await folder.text(partOf(name)));
  }

  async addImage(image: object): Promise<void> {
    await this.#images.write(`${this.#imageCount > 0 ? ',\n' : ''}${JSON.stringify(image)}`);
    this.#imageCount += 1;
  }

  async addAnnotation(annotation: object): Promise<void> {
    await this.#annotations.write(`${this.#annotationCount > 0 ? ',\n' : ''}${JSON.stringify(annotation)}`);
    this.#annotationCount += 1;
  }

  async finish(categories: readonly object[]): Promise<void> {
    await this.#images.write('\n],"annotations":[\n');
    await this.#folder.append(partOf(this.#name), this.#images);
    await this.#images.write(`\n],"categories":${JSON.stringify(categories)}}\n`);
  }
}

function partOf(name: string): string {
  return `${name}.part`;
}

/** One file for each part of the data; one at least, so that an empty export can be read. */
export class CocoFiles {
  readonly #folder: Folder;
  readonly #nameOf: (split: string) => string;
  readonly #files = new Map<string, CocoFile>();

  constructor(folder: Folder, nameOf: (split: string) => string) {
    this.#folder = folder;
    this.#nameOf = nameOf;
  }

  async of(split: string): Promise<CocoFile> {
    const file = this.#files.get(split) ?? (await CocoFile.open(this.#folder, this.#nameOf(split)));
    this.#files.set(split, file);
    return file;
  }

  async finish(categories: readonly object[]): Promise<void> {
    if (this.#files.size === 0) await this.of('all');
    for (const file of this.#files.values()) await file.finish(categories);
  }
}
