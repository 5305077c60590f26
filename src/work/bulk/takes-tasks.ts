import type { LookUp } from '../../catalog/tool.ts';

/** Whether a batch takes tasks: those of Rapid and Studio projects do until they are finalized (core.md 3.2). */
export async function takesTasks(batch: string, lookUp: LookUp): Promise<boolean> {
  const found = await lookUp('batch', batch, { fresh: true });
  if (found.state !== 'found' || found.object['status'] === 'staging') return true;
  const project = found.object['project'];
  if (typeof project !== 'string') return true;
  const owner = await lookUp('project', project);
  return owner.state !== 'found' || !(owner.object['rapid'] === true || owner.object['studio'] === true);
}
