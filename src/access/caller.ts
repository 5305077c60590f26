import type { Tool } from '../catalog/tool.ts';
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
  /** The permission that the caller's role lacks for a tool, or for a step of one; absent where there are no roles. */
  missing?: (tool: Tool, options?: { isStep?: boolean }) => string | undefined;
  /** The caller's role, for messages. */
  role?: string;
  /** Whether the console shows this caller what others do as well. */
  seesAll?: boolean;
  /** Which data this caller's Scale key reaches; undefined while no key is configured. */
  mode: Mode | undefined;
}

/** What one request asks for itself, beside its principal's role. */
export interface RequestedSelection {
  toolsets?: readonly string[];
  readOnly: boolean;
  /** The caller's own Scale key. */
  scaleKey?: string;
}

/** A principal has brought more Scale keys in a while than anybody has. */
export class TooManyKeysError extends Error {
  override name = 'TooManyKeysError';
  /** Until when no new one is taken. */
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(
      'Too many different Scale keys were sent with X-Scale-Api-Key. Those that were sent before still work.',
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A request that cannot be met: an unknown toolset, or a Scale key where the operator takes none. */
export class SelectionRequestError extends Error {
  override name = 'SelectionRequestError';
}
