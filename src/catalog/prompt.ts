import type { NamedKind } from './resource.ts';

export interface PromptArgumentSpec {
  name: string;
  description: string;
  required: boolean;
  completes?: NamedKind;
}

/** A guided flow that a user starts by name. */
export interface PromptSpec {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgumentSpec[];
  /** Tools without which the flow makes no sense: the prompt is not offered then. */
  needs: readonly string[];
  /**
   * What the model is asked to do.
   *
   * @param args the user's words, quoted so that they read as values and not as further instructions
   */
  text(args: Readonly<Record<string, string>>): string;
}

/** Characters of one argument: names and short descriptions. */
export const MAX_PROMPT_ARGUMENT = 512;
