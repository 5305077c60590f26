import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

const SHOWN = '[key]';

/**
 * A Scale API key. Its text stands in a buffer, outside V8's heap, so that a heap snapshot does not hold it, and
 * shows in no log, JSON or stack.
 */
export class ScaleKey {
  readonly #bytes: Buffer;

  constructor(text: string) {
    this.#bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    this.#bytes.write(text);
  }

  /** The key itself: for the header of one request, not to be kept. */
  reveal(): string {
    return this.#bytes.toString();
  }

  /** Names the key and says nothing of it: 64 hexadecimal digits. */
  id(): string {
    return createHash('sha256').update(this.#bytes).digest('hex');
  }

  /** User name of HTTP Basic authentication; the password is empty (core.md 1.2). */
  basicCredentials(): string {
    return Buffer.concat([this.#bytes, Buffer.from(':')]).toString('base64');
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
