import type { WaitTarget } from '../../catalog/work/waits.ts';

/** What is announced when something of this kind has changed. */
export function topicOf(kind: 'task' | 'batch' | 'project', name: string): string {
  return `${kind}.${name}`;
}

/** Where changes of a target are announced. */
export function topicsOf(target: WaitTarget): string[] {
  if ('batch' in target) return [topicOf('batch', target.batch)];
  if ('taskIds' in target) return target.taskIds.map((id) => topicOf('task', id));
  return [topicOf('project', target.project)];
}
