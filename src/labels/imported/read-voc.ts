import { DomUtils, parseDocument } from 'htmlparser2';
import * as z from 'zod';
import { baseName, coordinate } from './label-set.ts';
import type { LabeledFile, ScaleAnnotation } from './label-set.ts';

type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number];

const size = coordinate.pipe(z.number().positive());
const Size = z.object({ width: size, height: size });
const Item = z.object({
  name: z.string().min(1),
  bndbox: z.object({ xmin: coordinate, ymin: coordinate, xmax: coordinate, ymax: coordinate }),
});

/**
 * Reads an annotation of Pascal VOC (development kit of 2012).
 *
 * @returns undefined for what is none
 */
export function readVocFile(
  name: string,
  xml: string,
  notes: (reason: string) => void,
): LabeledFile | undefined {
  const [annotation] = DomUtils.getElementsByTagName('annotation', parseDocument(xml, { xmlMode: true }));
  if (!annotation) return undefined;
  if (!xml.includes('</annotation>')) notes('a file is cut off, so that objects of it may be missing');
  const imageSize = Size.safeParse(membersOf(within(annotation, 'size')[0], 'width', 'height')).data;
  const annotations = within(annotation, 'object').flatMap((object): ScaleAnnotation[] => {
    const bndbox = membersOf(within(object, 'bndbox')[0], 'xmin', 'ymin', 'xmax', 'ymax');
    const item = Item.safeParse({ ...membersOf(object, 'name'), bndbox }).data;
    if (!item) {
      notes('an object has no name and box');
      return [];
    }
    const { xmin, ymin, xmax, ymax } = item.bndbox;
    // Pixels count from 1, and the last one belongs to the box.
    const box = { left: xmin - 1, top: ymin - 1, width: xmax - xmin + 1, height: ymax - ymin + 1 };
    return [{ type: 'box', label: item.name, ...box }];
  });
  const { filename = '' } = membersOf(annotation, 'filename');
  return {
    name: baseName(filename === '' ? name : filename),
    ...(imageSize && { size: imageSize }),
    annotations: () => annotations,
  };
}

/** Elements of a name right below another. */
function within(parent: Element, name: string): Element[] {
  return DomUtils.getElementsByTagName(name, parent.children, false);
}

/** Texts of elements by their names; those that are not there are left out. */
function membersOf(parent: Element | undefined, ...names: string[]): Record<string, string> {
  if (!parent) return {};
  const found = names.flatMap((name): [string, string][] => {
    const [element] = within(parent, name);
    return element ? [[name, DomUtils.textContent(element).trim()]] : [];
  });
  return Object.fromEntries(found);
}
