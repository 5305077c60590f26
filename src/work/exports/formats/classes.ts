/** Which class each label becomes. */
export interface Classes {
  readonly names: readonly string[];
  has(label: string): boolean;
  /** Of a label that there is a class for: see unknownLabels. */
  indexOf(label: string): number;
}

/**
 * @param asked each `name`, or `name=label|label`
 * @returns undefined where no classes were asked for
 */
export function classesAsked(asked: readonly string[] | undefined): Classes | undefined {
  if (!asked) return undefined;
  const names: string[] = [];
  const index = new Map<string, number>();
  for (const one of asked) {
    const [name, labels] = splitOnce(one, '=');
    for (const label of labels?.split('|') ?? [name]) index.set(label.trim(), names.length);
    names.push(name.trim());
  }
  return classesOf(names, index);
}

/** Every label is a class, in the order of the alphabet: the same data gives the same numbers. */
export function classesOfLabels(labels: Iterable<string>): Classes {
  const names = [...new Set(labels)].toSorted((a, b) => (a < b ? -1 : 1));
  return classesOf(names, new Map(names.map((name, index) => [name, index])));
}

function classesOf(names: readonly string[], index: ReadonlyMap<string, number>): Classes {
  return {
    names,
    has: (label) => index.has(label),
    indexOf(label) {
      const found = index.get(label);
      if (found !== undefined) return found;
      throw new Error(`there is no class for ${label}`);
    },
  };
}

/** Labels of the data that no class is for, in the order of the alphabet. */
export function unknownLabels(labels: Iterable<string>, classes: Classes): string[] {
  return [...new Set(labels)].filter((label) => !classes.has(label)).toSorted();
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const place = text.indexOf(at);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + at.length)];
}
