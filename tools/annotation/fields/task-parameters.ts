import * as z from 'zod';
import { fromJson } from '../../../src/catalog/from-json.ts';
import { isRecord } from '../../../src/responses/compact.ts';
import { byName } from './by-name.ts';

/** Scale takes them as a map by name. Creators list them as a list of `{name, …}`, which models copy into JSON as well. */
const BY_NAME = ['geometries', 'annotation_attributes'];

/**
 * Parameters of tasks that are given as one JSON object: a project's defaults, or a body. They are stored as they come,
 * and what is wrong in a project's defaults would only show when each of its tasks is refused.
 */
export const TaskParameters = z.record(z.string(), z.unknown()).overwrite(asScaleTakesThem);

function asScaleTakesThem(params: Record<string, unknown>): Record<string, unknown> {
  const named = BY_NAME.flatMap((name) => {
    const map = byName(params[name]);
    return Array.isArray(params[name]) && isRecord(map) ? [[name, withoutJsonText(map)] as const] : [];
  });
  return { ...params, ...Object.fromEntries(named) };
}

/** Conditions of an attribute are listed as text that holds JSON. */
function withoutJsonText(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).map(([name, item]) => [
      name,
      isRecord(item) && typeof item['conditions'] === 'string'
        ? { ...item, conditions: fromJson(item['conditions']) }
        : item,
    ]),
  );
}
