import * as z from 'zod';
import { DRAWING_META } from '../../tools/pages.ts';
import type { CallToolResult } from '@modelcontextprotocol/client';

const Size = z.object({ width: z.number(), height: z.number() });

const Outline = z.object({
  id: z.string().optional(),
  kind: z.enum(['box', 'cuboid', 'ellipse', 'line', 'point', 'polygon']),
  label: z.string(),
  points: z.array(z.number()),
  edges: z.array(z.tuple([z.number(), z.number()])).optional(),
  colour: z.string(),
  is_prelabel: z.boolean(),
});
export type Outline = z.output<typeof Outline>;

const Drawing = z.object({
  task_id: z.string(),
  type: z.string(),
  status: z.string(),
  image: Size.optional(),
  frame: z.object({ index: z.number(), of: z.number() }).optional(),
  notes: z.array(z.string()),
  outlines: z.array(Outline),
  is_raster: z.boolean(),
  labels: z.array(
    z.object({ label: z.string(), colour: z.string(), count: z.number(), prelabels: z.number().optional() }),
  ),
  batch: z.string().optional(),
  project: z.string().optional(),
  review_status: z.string().optional(),
});

/** What `scale_ai_show_task` tells this page of a task, where no label was to be drawn. */
export type Drawing = z.output<typeof Drawing>;

const Sample = z.object({
  summary: z.string(),
  tiles: z.array(z.object({ tile: z.number(), task_id: z.string(), annotations: z.number() })),
});
export type Sample = z.output<typeof Sample>;

const Table = z.object({
  tasks: z.array(z.array(z.unknown())).default([]),
  next_token: z.string().optional(),
});

const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Where a person can agree, when this host cannot ask. */
    approve_at: z.string().optional(),
  }),
});

/** A call that failed; its words are the server's. */
export class CallFailure extends Error {
  override name = 'CallFailure';
  readonly code: string;
  readonly approveAt: string | undefined;

  constructor({ code, message, approve_at: approveAt }: z.output<typeof Failure>['error']) {
    super(message);
    this.code = code;
    this.approveAt = approveAt;
  }
}

/** @throws CallFailure */
export function refuseFailure({ isError, content }: CallToolResult): void {
  if (isError !== true) return;
  const [first] = content;
  const text = first?.type === 'text' ? first.text : '';
  const failure = Failure.safeParse(parsed(text)).data?.error;
  throw new CallFailure(failure ?? { code: 'internal_error', message: text || 'The call failed.' });
}

/** The picture of an answer as an address that an `<image>` takes. */
export function pictureOf({ content }: CallToolResult): string | undefined {
  const image = content.find((block) => block.type === 'image');
  return image && `data:${image.mimeType};base64,${image.data}`;
}

export function drawingOf({ _meta: meta }: CallToolResult): Drawing | undefined {
  return Drawing.safeParse(meta?.[DRAWING_META]).data;
}

export function sampleOf({ structuredContent }: CallToolResult): Sample | undefined {
  return Sample.safeParse(structuredContent).data;
}

/** The ids of a page of `scale_ai_list_tasks`, which was asked for nothing else. */
export function listedIds({ structuredContent }: CallToolResult): { ids: string[]; next?: string } {
  const { tasks, next_token: next } = Table.parse(structuredContent);
  const ids = tasks.flatMap(([id]) => (typeof id === 'string' ? [id] : []));
  return { ids, ...(next !== undefined && { next }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
