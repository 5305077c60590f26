import type { Mode } from '../catalog/vocabulary.ts';
import type { ProjectScope } from './project-scope.ts';
import type { Selection } from '../catalog/selection.ts';

/** Who is calling, and what they may use. */
export interface Caller {
  /** Names the caller in records; `local` where there is only one. */
  principal: string;
  selection: Selection;
  /** The projects this caller is limited to; undefined when not limited. */
  projects?: ProjectScope | undefined;
  /** Which data this caller's Scale key reaches; undefined while no key is configured. */
  mode: Mode | undefined;
}
