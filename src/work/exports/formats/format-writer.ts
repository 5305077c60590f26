import type { Classes } from './classes.ts';
import type { Folder } from './folder.ts';
import type { FormatOptions } from './format-options.ts';
import type { LabeledImage } from './labeled-image.ts';
import type { Report } from './report.ts';

/** A task on its way into a format. */
export interface FormatItem extends LabeledImage {
  /** Which part of the data it is in; `all` where nothing was split. */
  split: string;
  /** Of the image: its name without ending, and the ending with its dot. */
  stem: string;
  extension: string;
}

/** An item whose image is as large as is said. */
export type SizedItem = FormatItem & { size: NonNullable<LabeledImage['size']> };

export interface FormatContext {
  folder: Folder;
  report: Report;
  classes: Classes;
  options: FormatOptions;
}

/** Writes the files of one format, task by task. */
export interface FormatWriter {
  add(item: FormatItem): Promise<void>;
  finish(): Promise<void>;
}

/** The name of an item's image, from the folder of images. */
export function imageName({ stem, extension }: FormatItem): string {
  return `${stem}${extension}`;
}

/** For formats that say coordinates as shares of the image. */
export function requireSize(item: FormatItem): SizedItem {
  const { size } = item;
  if (size) return { ...item, size };
  throw new Error('tasks without a size are left out before');
}
