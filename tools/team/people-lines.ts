import { LINE_LENGTH, quotedWhole } from '../../src/responses/quoted-name.ts';

/**
 * Everybody whom a call gives access, one by one: of a list that is cut, a person would agree to somebody whom they did
 * not see.
 */
export function peopleLines(emails: readonly string[]): Record<string, string> {
  const lines: string[][] = [];
  for (const email of emails.map(quotedWhole)) {
    const last = lines.at(-1);
    if (last && [...last, email].join(', ').length <= LINE_LENGTH) last.push(email);
    else lines.push([email]);
  }
  const [only, ...more] = lines;
  if (only && more.length === 0) return { People: only.join(', ') };
  let before = 0;
  const named = lines.map((line): [string, string] => {
    const name = `People ${before + 1} to ${before + line.length}`;
    before += line.length;
    return [name, line.join(', ')];
  });
  return { People: `${emails.length}, all of them below`, ...Object.fromEntries(named) };
}
