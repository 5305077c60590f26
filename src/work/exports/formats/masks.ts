import { colouredPng, indexedPng } from '../../../pictures/indexed-mask.ts';
import { coloursOf } from '../../../pictures/palette.ts';
import type { FormatContext, FormatWriter } from './format-writer.ts';

/** The most classes that an image of one byte per pixel has room for, beside what is unlabeled. */
const MAX_CLASSES = 255;

/** Masks as PNG: of indexes, 0 for what is unlabeled, and of colours; `legend.json` says what they are. */
export function maskWriter({ folder, report, classes }: FormatContext): FormatWriter {
  const colourOf = coloursOf(classes.names);
  const hex = classes.names.map((name) => colourOf(name).hex);
  return {
    async add({ mask, stem, split }) {
      if (!mask) throw new Error('tasks without a mask are left out before');
      if (classes.names.length > MAX_CLASSES)
        throw new Error(`A mask has room for ${MAX_CLASSES} classes, and there are ${classes.names.length}.`);
      const classAt = new Map([...mask.labels].map(([index, label]) => [index, classes.indexOf(label) + 1]));
      for (const label of new Set(mask.labels.values()))
        report.count(classes.names[classes.indexOf(label)] ?? label);
      const indexes = mask.indexes.map((index) => classAt.get(index) ?? 0);
      const image = { width: mask.width, height: mask.height, indexes };
      await folder.write(`masks/${split}/${stem}.png`, await indexedPng(image));
      await folder.write(
        `colour/${split}/${stem}.png`,
        await colouredPng(image, (index) =>
          index === 0 ? 0 : Number.parseInt((hex[index - 1] ?? '#000000').slice(1), 16),
        ),
      );
    },
    finish: () =>
      folder.write(
        'legend.json',
        JSON.stringify(
          [
            { index: 0, name: '(unlabeled)', colour: '#000000' },
            ...classes.names.map((name, index) => ({ index: index + 1, name, colour: hex[index] })),
          ],
          undefined,
          2,
        ),
      ),
  };
}
