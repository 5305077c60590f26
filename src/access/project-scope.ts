/** Which projects a caller may reach. */
export interface ProjectScope {
  allows(project: string): boolean;
  /** For sentences: `project "road-signs"`. */
  words: string;
}

export function onlyProject(name: string): ProjectScope {
  return { allows: (project) => project === name, words: `project "${name}"` };
}
