import type { LocalFiles } from '../access/local-files.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import type { LookUp } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleRequest } from '../scale/request.ts';

/** A call of a tool, made within other work. */
export interface InnerCall {
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
}

export interface Performed {
  response: unknown;
  /** Whether what was to be created had been there before the work began. */
  existed: boolean;
}

/** Scale as the steps of long work reach it: each step is validated, sent and recorded as a call of its own would be. */
export interface ScaleAccess {
  readonly mode: Mode;
  readonly files: LocalFiles;
  /** The projects that the caller is limited to. */
  readonly projects: ProjectScope | undefined;
  readonly lookUp: LookUp;
  /**
   * Refuses what the caller may not do as a part of something else.
   *
   * @throws ToolFailure
   */
  permit(tool: string): void;
  /** The arguments without those that the tool does not know, at any depth: Scale fills in defaults of its own. */
  withoutUnknown(call: InnerCall): Record<string, unknown>;
  /**
   * Validates a call without sending anything that has an effect.
   *
   * @returns what is wrong, in sentences; empty when it would be sent
   * @throws ToolFailure or NothingFound when no such call can succeed here: what it is about does not exist or is out of reach
   */
  validate(call: InnerCall): Promise<readonly string[]>;
  /**
   * Compares a creation with the object that bears its identity.
   *
   * @param renewed members that may differ
   * @returns the members that are not what is asked for
   */
  differences(
    call: InnerCall,
    existing: Readonly<Record<string, unknown>>,
    renewed?: ReadonlySet<string>,
  ): readonly string[];
  /**
   * Carries out a call. A refusal for being too fast is handed on at once, whatever else is retried.
   *
   * @param renewed members of what exists that may differ from what is asked for: files are uploaded anew
   * @throws ToolFailure
   */
  perform(call: InnerCall, renewed?: ReadonlySet<string>): Promise<Performed>;
  /** @throws ScaleError */
  read(request: ScaleRequest): Promise<unknown>;
  readResult(url: string): Promise<{ contentType: string; bytes: Uint8Array }>;
  /**
   * Reads the file that a task is about, from wherever the task points to; without the key.
   *
   * @param options how many of its first bytes are enough
   * @throws AttachmentUnreadableError
   */
  readAttachment(url: string, options?: { head?: number }): Promise<Buffer>;
}
