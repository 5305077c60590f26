import { isRecord } from '../responses/compact.ts';
import type { Subjects } from '../catalog/tool.ts';

/** The ids in Scale's answer, and what the arguments named. */
export function affectedResources(response: unknown, subjects: Subjects): string[] {
  const ids = isRecord(response) ? [response['task_id'], response['id'], response['name']] : [];
  return [...new Set([...ids, ...Object.values(subjects)].filter((id) => typeof id === 'string'))];
}
