import * as z from 'zod';
import { listedAs } from '../../../src/catalog/listed-as.ts';
import { isRecord } from '../../../src/responses/compact.ts';

/** A label, or a label with children of which only the leaves can be given to an object. */
type Label =
  | string
  | {
      choice: string;
      display?: string | undefined;
      subchoices?: Label[] | undefined;
      instance_label?: boolean | undefined;
    };

const Label: z.ZodType<Label> = z.lazy(() =>
  z.union(
    [
      z.string().min(1),
      z.strictObject({
        choice: z.string().min(1),
        display: z.string().optional(),
        subchoices: z.array(Label).min(1).optional(),
        instance_label: z.boolean().optional(),
      }),
    ],
    { error: 'must be a label, or {choice, display?, subchoices?, instance_label?}' },
  ),
);

/** One form is listed, since converters keep only one of several; the other is told, and taken as an object too. */
const LABELS = {
  type: 'array',
  items: { type: 'string' },
  description: 'labels; one with children as JSON {choice, subchoices}',
};

/** Labels or choices; at least one. */
export const LabelList = listedAs(
  LABELS,
  z.array(z.preprocess((label) => (typeof label === 'string' ? labelIn(label) : label), Label)).min(1),
);

/** A label may begin with a brace, too: what is no JSON object is the label itself. */
function labelIn(text: string): unknown {
  if (!/^\s*\{.*\}\s*$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Every name in a list of labels, parents included; from a request or from a project, so nothing is assumed. */
export function labelNames(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  return labels.flatMap((label: unknown) => {
    if (typeof label === 'string') return [label];
    if (!isRecord(label)) return [];
    const own = typeof label['choice'] === 'string' ? [label['choice']] : [];
    return [...own, ...labelNames(label['subchoices'])];
  });
}
