import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (...options: { type: 'minor' }[]) => void;

let collect: Collect | undefined;

/**
 * Has V8 collect what is unused now, where it would let tens of megabytes gather by itself.
 *
 * @param type `minor` takes about a millisecond and frees what is young: buffers that were sent, of which V8 sees only
 *   the small objects that stand for them, and what was made for rows that are done, before it counts as old. `major`
 *   takes some tens of milliseconds, and frees the rest.
 */
export function collectGarbage(type: 'minor' | 'major'): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    collect =
      typeof gc === 'function' ? (...options) => void Reflect.apply(gc, undefined, options) : () => undefined;
  }
  if (type === 'minor') collect({ type });
  else collect(); // with any option, Node.js 20 collects the young generation only
}
