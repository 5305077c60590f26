/** Draws pictures in a process of its own, for `renderer.ts`: one message is one picture. */
import { collectGarbage } from '../observability/collect-garbage.ts';
import { RENDERERS } from './render.ts';
import { UnreadableImageError } from './unreadable-image.ts';
import type { Answer, Order } from './renderer.ts';

process.on('message', (order: Order) => void answerTo(order));

async function answerTo(order: Order): Promise<void> {
  process.send?.(await carryOut(order));
  collectGarbage('minor'); // the image, of which V8 sees only the object that stands for it
}

async function carryOut({ id, name, args }: Order): Promise<Answer> {
  try {
    const result: unknown = await Reflect.apply(RENDERERS[name], undefined, args);
    return { id, result };
  } catch (error) {
    const isUnreadable = error instanceof UnreadableImageError;
    return { id, error: error instanceof Error ? error.message : String(error), isUnreadable };
  }
}
