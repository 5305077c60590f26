import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { NEEDS_SIZE } from '../../labels/imported/label-set.ts';
import { labelsAsked } from '../../labels/labeled-task.ts';
import { openLabels } from '../manifest/open-labels.ts';
import { mustExist } from '../must-exist.ts';
import type { LabelWork, ReadLabels } from '../../catalog/work/labels.ts';
import type { LabelSet } from '../../labels/imported/label-set.ts';
import type { CallerScope } from '../caller-scope.ts';

/** Counts need no pixels. */
const ANY_SIZE = { width: 1, height: 1 };

/** Labels that exist already. */
export function labelWork({ scale }: CallerScope): LabelWork {
  return {
    async read(labelsPath, project) {
      await mustExist({ project }, scale.lookUp);
      const set = await openLabels(labelsPath, scale.files);
      const classes = classesOf(set);
      const known = project === undefined ? undefined : await labelsOf(project, scale.lookUp);
      return {
        form: set.form,
        images: set.files.length,
        annotations: classes.reduce((sum, { annotations }) => sum + annotations, 0),
        classes,
        notes: Object.fromEntries(set.notes),
        ...(project !== undefined && known && { project: { name: project, ...compared(classes, known) } }),
      };
    },
  };
}

function classesOf(set: LabelSet): ReadLabels['classes'] {
  const counts = new Map(set.classes.map((name) => [name, 0]));
  for (const file of set.files) {
    const annotations = file.annotations(ANY_SIZE);
    if (annotations === NEEDS_SIZE) continue;
    for (const { label } of annotations) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([name, annotations]) => ({ name, annotations }));
}

const Project = z.object({ param_history: z.array(z.record(z.string(), z.unknown())) });

/**
 * Of the parameters in force.
 *
 * @throws UnreadAnswer for a project whose parameters were not read: an ontology made without them would drop them
 */
async function labelsOf(project: string, lookUp: CallerScope['scale']['lookUp']): Promise<string[]> {
  const found = await lookUp('project', project, { fresh: true });
  const object = found.state === 'found' ? found.object : undefined;
  const current = readAnswer(Project, object, 'a project with its parameters').param_history.at(-1);
  return current ? labelsAsked(current) : [];
}

function compared(
  classes: ReadLabels['classes'],
  labels: readonly string[],
): Omit<NonNullable<ReadLabels['project']>, 'name'> {
  const names = classes.map(({ name }) => name);
  return {
    labels,
    only_in_data: names.filter((name) => !labels.includes(name)),
    only_in_project: labels.filter((label) => !names.includes(label)),
  };
}
