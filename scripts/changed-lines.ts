/** The lines that one text has and the other has not, in order, with a line around them; `…` stands for the rest. */
export function changedLines(before: string, after: string): string[] {
  const marked = compared(before.trimEnd().split('\n'), after.trimEnd().split('\n'));
  const isNear = (at: number): boolean =>
    marked.slice(Math.max(0, at - 1), at + 2).some((line) => !line.startsWith(' '));
  return marked.flatMap((line, at) => {
    if (isNear(at)) return [line.trimEnd()];
    return at > 0 && isNear(at - 1) ? [' …'] : [];
  });
}

/** Each line with a plus, a minus or a blank before it, by the longest common subsequence. */
function compared(old: readonly string[], young: readonly string[]): string[] {
  const common = old.map(() => young.map(() => 0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = young.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = old[i] === young[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && old[i] === young[j]) {
      lines.push(` ${old[i]}`);
      [i, j] = [i + 1, j + 1];
    } else if (j >= young.length || (i < old.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push(`-${old[i++]}`);
    else lines.push(`+${young[j++]}`);
  }
  return lines;
}
