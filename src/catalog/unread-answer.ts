/** Member names that are told in a sentence; others are counted. */
const NAME = /^[a-z_]\w{0,39}$/i;
const MAX_NAMES = 8;

/**
 * Thrown where Scale's answer to a read has another form than is expected, before anything is changed. What was not
 * read is never taken as absent, empty or 0.
 */
export class UnreadAnswer extends Error {
  override name = 'UnreadAnswer';

  /** @param expected what it should have been, such as `a page of a list` */
  constructor(expected: string, answer: unknown) {
    super(`Scale answered with something other than ${expected}: ${formOf(answer)}.`);
  }
}

/** What a piece of JSON looks like from outside, in words that are safe in a sentence. */
export function formOf(answer: unknown): string {
  if (answer === null || answer === undefined) return 'nothing';
  if (Array.isArray(answer)) return answer.length === 0 ? 'an empty list' : `a list of ${answer.length}`;
  if (typeof answer === 'string') return `a text of ${answer.length} characters`;
  if (typeof answer !== 'object') return `the ${typeof answer} ${JSON.stringify(answer)}`;
  const names = Object.keys(answer);
  if (names.length === 0) return 'an object without members';
  const shown = names.filter((name) => NAME.test(name)).slice(0, MAX_NAMES);
  const rest = names.length - shown.length;
  const more = rest === 0 ? '' : shown.length === 0 ? `${rest} other names` : ` and ${rest} more`;
  return `an object with ${shown.length + rest === 1 ? 'the member' : 'the members'} ${shown.join(', ')}${more}`;
}
