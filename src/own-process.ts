/** Desktop hosts run servers with the Node.js inside Electron, whose program is an application unless it is told this. */
const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' };

/**
 * The environment of a further process of this program.
 *
 * @param names what it may know of this one's
 */
export function ownProcessEnvironment(
  names: readonly string[],
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): Record<string, string | undefined> {
  const passedOn = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  return { ...passedOn, ...(versions['electron'] !== undefined && AS_NODE) };
}
