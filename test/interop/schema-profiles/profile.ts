import type { RuleId } from './rules.ts';

/**
 * What becomes of a tool that has the form:
 * - `refused`: the API answers 400 to the whole request, or the converter throws
 * - `lost`: the model is not told of something that it could say, or cannot say it
 * - `changed`: the model is told something else than is listed
 * - `unsaid`: a bound or a default is not told; the server still keeps to it
 */
export type Effect = 'refused' | 'lost' | 'changed' | 'unsaid';

/** A model API or a converter, at the version that its sources name. */
export interface Profile {
  name: string;
  /** Pages, or files of packages with their line. */
  sources: readonly string[];
  forms: Readonly<Partial<Record<RuleId, readonly [effect: Effect, what: string]>>>;
  /** How tools are named to the model. */
  toolName?: { prefix?: string; pattern: RegExp };
  argumentName?: RegExp;
}
