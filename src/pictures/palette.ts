import { createHash } from 'node:crypto';

export interface Colour {
  /** For sentences. */
  name: string;
  hex: string;
}

/** Colours that people tell apart whatever their sight: Okabe and Ito, "Color Universal Design", without black. */
const PALETTE: readonly Colour[] = [
  { name: 'orange', hex: '#E69F00' },
  { name: 'sky blue', hex: '#56B4E9' },
  { name: 'green', hex: '#009E73' },
  { name: 'yellow', hex: '#F0E442' },
  { name: 'blue', hex: '#0072B2' },
  { name: 'vermilion', hex: '#D55E00' },
  { name: 'purple', hex: '#CC79A7' },
];

const GREY: Colour = { name: 'grey', hex: '#BBBBBB' };

/**
 * The colour of each label, the same in all pictures of a project: by the place where the label stands among those that
 * are asked for. Others have one that follows from their name. Beyond seven labels colours come again.
 *
 * @param asked the labels of the task or project, in order
 */
export function coloursOf(asked: readonly string[]): (label: string) => Colour {
  const places = new Map(asked.map((label, index) => [label, index]));
  return (label) => PALETTE[(places.get(label) ?? placeOf(label)) % PALETTE.length] ?? GREY;
}

function placeOf(label: string): number {
  return createHash('sha256').update(label).digest().readUInt32BE(0);
}
