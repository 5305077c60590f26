import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleKey } from '../scale/scale-key.ts';

/**
 * Whether a Scale key works on live or on test data. Test keys begin with `test_`, or end in `|test` in the
 * long form; this is how Scale's own SDK tells them apart.
 */
export function modeOfKey(apiKey: ScaleKey): Exclude<Mode, 'sandbox'> {
  const text = apiKey.reveal();
  return text.startsWith('test_') || text.endsWith('|test') ? 'test' : 'live';
}
