/** What hosts pass on when they do not expand a reference to a variable: of shells, VS Code, Windows and templates. */
const REFERENCE = /^(\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|%\w+%|\{\{.*\}\}|\{\w+\})$/;

/** What documentation puts where a key belongs; this project's own first. */
const PLACEHOLDERS = [
  /^live_or_test_key_from_the_scale_dashboard$/,
  /^(<.*>|\[.*\])$/,
  /^(your|my|insert|paste|enter|replace|change)[-_ ]?.*(key|me|here|token)[-_ ]?\w*$/i,
  /^(live_|test_)?([x*.…])\2*$/i,
];

/**
 * Says why a text can be nobody's key: it is a reference that was not expanded, or the placeholder of an example.
 *
 * @param origin where it was found, at the beginning of the sentence
 * @returns the reason with what to do, or undefined for what may be a key
 */
export function whyUnfilled(text: string, origin: string): string | undefined {
  if (REFERENCE.test(text)) {
    return `${origin} holds a reference to a variable and not a key: the host did not expand it. Put the key itself there, export the variable where the host is started, or name a file with --api-key-file.`;
  }
  if (PLACEHOLDERS.some((placeholder) => placeholder.test(text))) {
    return `${origin} holds a placeholder and not a key. Replace it by the API key from the Scale dashboard.`;
  }
  return undefined;
}
