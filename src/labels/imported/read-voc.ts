import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import { baseName } from './label-set.ts';
import type { LabeledFile, ScaleAnnotation } from './label-set.ts';

const number = z.coerce.number();
const Box = z.object({ xmin: number, ymin: number, xmax: number, ymax: number });

/** Pascal VOC, development kit of 2012. */
const Voc = z.object({
  annotation: z.looseObject({
    filename: z.coerce.string().optional().catch(undefined),
    size: z.object({ width: number.positive(), height: number.positive() }).optional().catch(undefined),
    object: z.array(z.unknown()).default([]),
  }),
});
const Item = z.object({ name: z.coerce.string(), bndbox: Box });

/** Entities that a document defines itself are not expanded. */
const parser = new XMLParser({
  isArray: (name) => name === 'object',
  processEntities: false,
  parseTagValue: false,
});

/** @returns undefined for what is no annotation of VOC */
export function readVocFile(
  name: string,
  xml: string,
  notes: (reason: string) => void,
): LabeledFile | undefined {
  const read = Voc.safeParse(parsed(xml)).data;
  if (!read) return undefined;
  const { filename = name, size, object: objects } = read.annotation;
  const annotations = objects.flatMap((one): ScaleAnnotation[] => {
    const item = Item.safeParse(one).data;
    if (!item) {
      notes('an object has no name and box');
      return [];
    }
    const { xmin, ymin, xmax, ymax } = item.bndbox;
    // Pixels count from 1, and the last one belongs to the box.
    const box = { left: xmin - 1, top: ymin - 1, width: xmax - xmin + 1, height: ymax - ymin + 1 };
    return [{ type: 'box', label: unescaped(item.name), ...box }];
  });
  return { name: baseName(unescaped(filename)), ...(size && { size }), annotations: () => annotations };
}

function parsed(xml: string): unknown {
  try {
    return parser.parse(xml) as unknown;
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
