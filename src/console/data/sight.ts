import type { Caller } from '../../access/caller.ts';

/** Who looks, and what they may see. */
export type Viewer = Pick<Caller, 'principal' | 'projects' | 'role' | 'mode' | 'seesAll'>;

/** Whose something is, and about which project. */
export interface Owned {
  principal: string;
  project?: string | undefined;
}

/**
 * Everybody sees what is their own, an overseer what others do as well; both within the projects that they are limited
 * to. Of others nothing is shown whose project is not known.
 */
export function maySee({ principal, projects, seesAll }: Viewer, owned: Owned): boolean {
  const isOwn = owned.principal === principal;
  if (!isOwn && seesAll !== true) return false;
  if (!projects) return true;
  return owned.project === undefined ? isOwn : projects.allows(owned.project);
}
