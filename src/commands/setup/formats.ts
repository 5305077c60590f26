import { JSON_FORMAT } from './edit-json.ts';
import { TOML_FORMAT } from './edit-toml.ts';
import { YAML_FORMAT } from './edit-yaml.ts';

/** Of the text that is not edited every character stays as it is. */
export interface Format {
  /** @throws Error saying what is wrong and where */
  parse(text: string): Record<string, unknown>;
  /** Sets what stands at `path`. */
  set(text: string, path: readonly string[], value: Readonly<Record<string, unknown>>): string;
  /** Takes out what stands at `path`. */
  remove(text: string, path: readonly string[]): string;
}

export type FormatName = 'json' | 'toml' | 'yaml';

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  json: JSON_FORMAT,
  toml: TOML_FORMAT,
  yaml: YAML_FORMAT,
};
