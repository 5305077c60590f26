const CONTEXT = 3;

/** What changes between two texts, with the lines around it, as a unified diff shows it. One change is looked for. */
export function textDiff(before: string, after: string): string[] {
  const [old, young] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(old.length, young.length) && old[start] === young[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(old.length, young.length) - start &&
    old[old.length - 1 - end] === young[young.length - 1 - end]
  )
    end += 1;
  if (start === old.length && start === young.length) return [];
  const [oldEnd, youngEnd] = [old.length - end, young.length - end];
  const from = Math.max(0, start - CONTEXT);
  return [
    `@@ line ${start + 1} @@`,
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, oldEnd).map((line) => `-${line}`),
    ...young.slice(start, youngEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, oldEnd + CONTEXT).map((line) => ` ${line}`),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}
