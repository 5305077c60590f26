/** Labels of the data that are not among the classes that were asked for. */
class UnknownLabelsError extends Error {
  override name = 'UnknownLabelsError';
}

/** Which class each label becomes. */
export interface Classes {
  readonly names: readonly string[];
  /** @throws UnknownLabelsError */
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
    indexOf(label) {
      const found = index.get(label);
      if (found !== undefined) return found;
      throw new UnknownLabelsError(label);
    },
  };
}

/** Labels of the data that no class is for, in the order of the alphabet. */
export function unknownLabels(labels: Iterable<string>, classes: Classes): string[] {
  return [...new Set(labels)].filter((label) => !isKnown(label, classes)).toSorted();
}

function isKnown(label: string, classes: Classes): boolean {
  try {
    classes.indexOf(label);
    return true;
  } catch {
    return false;
  }
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const place = text.indexOf(at);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + at.length)];
}
