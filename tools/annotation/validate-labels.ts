import { isRecord } from '../../src/responses/compact.ts';
import { labelNames } from './fields/labels.ts';
import { shownName } from '../../src/responses/untrusted.ts';
import type { Params, Report } from './validate-task.ts';

/** Labels that the geometries ask for. */
export function geometryLabels(params: Params): string[] {
  const geometries = params['geometries'];
  if (!isRecord(geometries)) return [];
  return Object.values(geometries).flatMap((options) =>
    isRecord(options) ? labelNames(options['objects_to_annotate']) : [],
  );
}

/** Reports every label that attributes, links or connections mention and that nothing in the task carries. */
export function validateMentionedLabels(params: Params, known: readonly string[], report: Report): void {
  const mention = (path: string, names: unknown): void => {
    for (const name of Array.isArray(names) ? names : [names]) {
      if (typeof name !== 'string' || known.includes(name)) continue;
      report(path, `"${shownName(name)}" is not a label of this task`, known.map(shownName).join(', '));
    }
  };
  for (const [name, attribute] of entriesOf(params['annotation_attributes'])) {
    const path = `annotation_attributes.${name}`;
    mention(`${path}.allowed_labels`, attribute['allowed_labels'] ?? []);
    const conditions = attribute['conditions'];
    const label =
      isRecord(conditions) && isRecord(conditions['label_condition'])
        ? conditions['label_condition']['label']
        : [];
    mention(`${path}.conditions.label_condition.label`, label);
  }
  for (const [name, link] of entriesOf(params['links'])) {
    mention(`links.${name}.from_allowed_labels`, link['from_allowed_labels'] ?? []);
    mention(`links.${name}.to_allowed_labels`, link['to_allowed_labels'] ?? []);
  }
}

/** Reports connections between points that are not asked for. */
export function validateConnections(params: Params, report: Report): void {
  const geometries = params['geometries'];
  const point = isRecord(geometries) ? geometries['point'] : undefined;
  if (!isRecord(point) || !Array.isArray(point['connections'])) return;
  const known = labelNames(point['objects_to_annotate']);
  for (const [index, connection] of point['connections'].entries()) {
    const pair: unknown = isRecord(connection) ? connection['pair'] : undefined;
    for (const name of Array.isArray(pair) ? pair : []) {
      if (typeof name === 'string' && known.includes(name)) continue;
      report(
        `geometries.point.connections[${index}].pair`,
        `"${String(name)}" is not a label of geometries.point`,
        known.join(', '),
      );
    }
  }
}

function entriesOf(value: unknown): [string, Record<string, unknown>][] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, entry]): [string, Record<string, unknown>][] => {
    const entries = Array.isArray(entry) ? entry : [entry];
    return entries.filter(isRecord).map((one) => [name, one]);
  });
}
