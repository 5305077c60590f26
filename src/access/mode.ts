import type { Mode } from '../catalog/vocabulary.ts';

/**
 * Whether a Scale key works on live or on test data. Test keys begin with `test_`, or end in `|test` in the
 * long form; this is how Scale's own SDK tells them apart.
 */
export function modeOfKey(apiKey: string): Exclude<Mode, 'sandbox'> {
  return apiKey.startsWith('test_') || apiKey.endsWith('|test') ? 'test' : 'live';
}
