import * as z from 'zod';
import type { FormatContext, FormatWriter } from './format-writer.ts';
import type { LabeledTask } from '../../../labels/labeled-task.ts';

const Entity = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  label: z.string(),
  text: z.string().optional().catch(undefined),
});

/** A span of a text, in code points as Python counts them. */
interface Span {
  start: number;
  end: number;
  label: string;
}

/** A document for each task, one per line: `text`, and `entities` as start, end and label. */
export function spacyWriter({ folder, report, classes }: FormatContext): FormatWriter {
  return {
    async add({ task, split }) {
      const document = documentOf(task, report);
      const entities = document.spans.map(({ start, end, label }) => [
        start,
        end,
        named(label, classes, report),
      ]);
      const file = await folder.text(`${split}.jsonl`);
      await file.write(
        `${JSON.stringify({ text: document.text, entities, meta: { task_id: task.task_id } })}\n`,
      );
    },
    finish: async () => undefined,
  };
}

/** CoNLL-2003: a token and its tag on a line, B for the first and I for those that follow; documents apart. */
export function conllWriter({ folder, report, classes }: FormatContext): FormatWriter {
  return {
    async add({ task, split }) {
      const document = documentOf(task, report);
      const spans = withoutOverlaps(document.spans, task.task_id, report);
      for (const { label } of spans) named(label, classes, report);
      const lines = tokensOf(document.text).map((token) => {
        const span = spans.find(({ start, end }) => token.start < end && token.end > start);
        const name =
          span && (classes.names[classes.indexOf(span.label)] ?? span.label).replaceAll(/\s/g, '_');
        const isFirst =
          span &&
          !tokensOf(document.text).some(
            ({ start, end }) => start < token.start && start < span.end && end > span.start,
          );
        return `${token.text}\t${name === undefined ? 'O' : `${isFirst ? 'B' : 'I'}-${name}`}\n`;
      });
      const file = await folder.text(`${split}.conll`);
      await file.write(`-DOCSTART-\tO\n\n${lines.join('')}\n`);
    },
    finish: async () => undefined,
  };
}

function named(label: string, classes: FormatContext['classes'], report: FormatContext['report']): string {
  const name = classes.names[classes.indexOf(label)] ?? label;
  report.count(name);
  return name;
}

/** Scale counts characters; which ones is told by the text of each entity, where that stands beside it. */
function documentOf(task: LabeledTask, report: FormatContext['report']): { text: string; spans: Span[] } {
  const { text } = task.params;
  if (typeof text !== 'string') throw new Error('tasks without a text are left out before');
  const points = Array.from(text);
  const annotations: unknown = task.response['annotations'];
  const all: unknown[] = Array.isArray(annotations) ? annotations : [];
  const entities = all.flatMap((one) => Entity.safeParse(one).data ?? []);
  report.skips('entity without start, end and label', task.task_id, all.length - entities.length);
  const spans = entities.flatMap(({ start, end, label, text: said }): Span[] => {
    const inPoints = points.slice(start, end).join('');
    if (said === undefined && (inPoints === '' || end > points.length)) {
      report.skips('entity whose place is not within the text', task.task_id);
      return [];
    }
    if (said === undefined || said === inPoints) return [{ start, end, label }];
    if (said !== text.slice(start, end)) {
      report.skips('entity whose text is another than the one at its place', task.task_id);
      return [];
    }
    const from = Array.from(text.slice(0, start)).length;
    return [{ start: from, end: from + Array.from(said).length, label }];
  });
  return { text, spans };
}

/** Longer ones first; a tag can be of one only. */
function withoutOverlaps(spans: readonly Span[], taskId: string, report: FormatContext['report']): Span[] {
  const kept: Span[] = [];
  for (const span of spans.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    if (kept.some(({ start, end }) => span.start < end && span.end > start))
      report.skips('entity within another', taskId);
    else kept.push(span);
  }
  return kept;
}

interface Token {
  text: string;
  start: number;
  end: number;
}

/** Words and single marks, by their places in code points. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let [at, units] = [0, 0];
  for (const { 0: found, index } of text.matchAll(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu)) {
    at += Array.from(text.slice(units, index)).length;
    const length = Array.from(found).length;
    tokens.push({ text: found, start: at, end: at + length });
    at += length;
    units = index + found.length;
  }
  return tokens;
}
