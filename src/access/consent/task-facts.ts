import { isRecord } from '../../responses/compact.ts';

/** Of one fact, so that a question stays one that is read. */
const MAX_FACT = 300;

/** Attachments that a person is shown. */
export const SHOWN_ATTACHMENTS = 3;

/**
 * What a task asks of people and where its result goes, in words and uncut: whatever tells tasks apart that a person
 * agrees to together, beside their attachments and the customer's own data.
 *
 * @param args of its creation, the parameters themselves or in `params`
 */
export function factsOfTask(args: Readonly<Record<string, unknown>>): Record<string, string> {
  const params = paramsIn(args);
  const { instruction, geometries, labels, fields, categories, objects_to_annotate: objects } = params;
  const facts = {
    Instruction: textOf(instruction),
    'Asks for': shapes(geometries) || listed(namesIn(labels ?? fields ?? categories ?? objects)),
    'Shown beside it': listed(contextOf(params['context_attachments'])),
    'Results are also sent to': textOf(params['callback_url']),
    Priority: textOf(params['priority']),
    'Further parameters': textOf(args['additional_params']),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''));
}

/** What one task asks for, as a question shows it. */
export function factsOfSample(args: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(factsOfTask(args)).map(([name, value]) => [name, shortFact(value)]),
  );
}

/** A fact as far as a question shows it, which says how much is not shown. */
export function shortFact(text: string): string {
  const rest = text.length - MAX_FACT;
  return rest > 0 ? `${text.slice(0, MAX_FACT)}… (${rest} more characters)` : text;
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

/** Such as `box: car, sign; polygon: lane`: of an object by shape, or of a list of shapes with their `name`. */
function shapes(geometries: unknown): string {
  const named = Array.isArray(geometries)
    ? geometries.map((one: unknown): [string, unknown] => [isRecord(one) ? textOf(one['name']) : '', one])
    : Object.entries(isRecord(geometries) ? geometries : {});
  return named
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

function contextOf(attachments: unknown): string[] {
  if (!Array.isArray(attachments)) return [];
  return attachments.map((one: unknown) => textOf(isRecord(one) ? one['attachment'] : one));
}

function listed(names: readonly string[]): string {
  return names.join(', ');
}

/** A text as it is, anything else as JSON. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
