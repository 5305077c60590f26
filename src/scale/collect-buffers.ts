import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Has V8 free the buffers that were read and sent. By itself it waits until some 30 MB have gathered, since it sees
 * only the small objects that stand for them. Takes about a millisecond.
 */
export function collectBuffers(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    collect =
      typeof gc === 'function' ? (options) => void Reflect.apply(gc, undefined, [options]) : () => undefined;
  }
  collect({ type: 'minor' });
}
