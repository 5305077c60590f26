import { isRecord } from '../../responses/compact.ts';

/** Of an instruction and of a list of labels, so that a question stays one that is read. */
const MAX_INSTRUCTION = 300;
const MAX_LABELS = 20;

/** Attachments that a person is shown. */
export const SHOWN_ATTACHMENTS = 3;

/**
 * What people are to do with a task, in words: instruction, shapes and labels.
 *
 * @param args of its creation, the parameters themselves or in `params`
 */
export function factsOfSample(args: Readonly<Record<string, unknown>>): Record<string, string> {
  const params = paramsIn(args);
  const { instruction, geometries, labels, fields } = params;
  const asks = isRecord(geometries) ? shapes(geometries) : listed(namesIn(labels ?? fields));
  return {
    ...(typeof instruction === 'string' && instruction !== '' && { Instruction: cut(instruction) }),
    ...(asks !== '' && { 'Asks for': asks }),
  };
}

/** The first attachments of a task, as they were given: URLs, or paths of files here. */
export function attachmentsOf(args: Readonly<Record<string, unknown>>): string[] {
  const { attachment, attachments } = paramsIn(args);
  const all = Array.isArray(attachments) ? (attachments as unknown[]) : [attachment];
  return all.filter((one) => typeof one === 'string').slice(0, SHOWN_ATTACHMENTS);
}

function paramsIn(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isRecord(args['params']) ? args['params'] : args;
}

/** Such as `box: car, sign; polygon: lane`. */
function shapes(geometries: Readonly<Record<string, unknown>>): string {
  return Object.entries(geometries)
    .map(
      ([shape, options]) =>
        `${shape}: ${listed(namesIn(isRecord(options) ? options['objects_to_annotate'] : []))}`,
    )
    .join('; ');
}

function namesIn(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  return labels.flatMap((label: unknown) => {
    if (typeof label === 'string') return [label];
    if (!isRecord(label)) return [];
    const name = label['choice'] ?? label['label'] ?? label['name'] ?? label['field_id'] ?? label['title'];
    return typeof name === 'string' ? [name] : [];
  });
}

function listed(names: readonly string[]): string {
  const more = names.length > MAX_LABELS ? ` and ${names.length - MAX_LABELS} more` : '';
  return `${names.slice(0, MAX_LABELS).join(', ')}${more}`;
}

function cut(text: string): string {
  return text.length > MAX_INSTRUCTION ? `${text.slice(0, MAX_INSTRUCTION)}…` : text;
}
