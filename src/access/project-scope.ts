/** Which projects a caller may reach. */
export interface ProjectScope {
  allows(project: string): boolean;
  /** For sentences: `project "road-signs"`. */
  words: string;
}

export function onlyProject(name: string): ProjectScope {
  return { allows: (project) => project === name, words: `project "${name}"` };
}

function literally(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

/** Names with `*` for any characters; everything else stands for itself. */
export function projectsLike(patterns: readonly string[]): ProjectScope {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(literally).join('[^]*')}$`, 'u'),
  );
  return {
    allows: (project) => expressions.some((expression) => expression.test(project)),
    words: `projects named ${patterns.map((pattern) => `"${pattern}"`).join(' or ')}`,
  };
}

/** A project must be allowed by both. */
export function bothScopes(
  a: ProjectScope | undefined,
  b: ProjectScope | undefined,
): ProjectScope | undefined {
  if (!a || !b) return a ?? b;
  return { allows: (project) => a.allows(project) && b.allows(project), words: `${a.words} and ${b.words}` };
}
