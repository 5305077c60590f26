import { NothingFound } from '../catalog/nothing-found.ts';
import type { LookUp } from '../catalog/tool.ts';

/** @throws NothingFound for what does not exist: a listing of it would be empty, which reads as good news */
export async function mustExist(
  { batch, project }: { batch?: string | undefined; project?: string | undefined },
  lookUp: LookUp,
): Promise<void> {
  for (const [kind, name] of [
    ['batch', batch],
    ['project', project],
  ] as const) {
    if (name !== undefined && (await lookUp(kind, name)).state === 'missing') {
      throw new NothingFound(`There is no ${kind} "${name.slice(0, 60)}".`);
    }
  }
}
