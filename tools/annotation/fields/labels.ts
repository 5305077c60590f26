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

/** Labels or choices; at least one. */
export const LabelList = listedAs(
  { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'object' }] } },
  z.array(Label).min(1),
);

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
