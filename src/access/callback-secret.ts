import { createHash, timingSafeEqual } from 'node:crypto';
import { UnfilledKeyError, readScaleKey } from './read-scale-key.ts';
import { whyUnfilled } from './unfilled-key.ts';
import type { ScaleKey } from '../scale/scale-key.ts';

/** Whether this is the secret that Scale sends along with each callback. */
export type IsFromScale = (given: string) => boolean;

/**
 * Undefined when no secret is configured: callbacks are not taken then. A file wins over the variable.
 *
 * @throws ScaleKeyError when the file cannot be used
 */
export async function openCallbackSecret(source: {
  callback_token?: ScaleKey | undefined;
  callback_token_file?: string | undefined;
}): Promise<IsFromScale | undefined> {
  const secret =
    source.callback_token_file === undefined
      ? source.callback_token
      : await readScaleKey({ api_key_file: source.callback_token_file });
  if (!secret) return undefined;
  const unfilled = whyUnfilled(secret.reveal(), 'SCALE_MCP_CALLBACK_TOKEN');
  if (unfilled !== undefined) throw new UnfilledKeyError(unfilled);
  const expected = Buffer.from(secret.id(), 'hex');
  // Hashes are of one length, so that the comparison takes the same time whatever was sent.
  return (given) => timingSafeEqual(createHash('sha256').update(given).digest(), expected);
}
