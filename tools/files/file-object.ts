import * as z from 'zod';
import { pageOf, readAnswer } from '../../src/catalog/answer-forms.ts';
import { Metadata } from '../annotation/fields/common-task-fields.ts';
import type { Reconciled, ReconcileContext, Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const text = z.string().optional().catch(undefined);

/** A stored file as Scale returns it; `size` in bytes. */
export const FileObject = z
  .looseObject({
    id: text,
    attachment_url: text,
    mime_type: text,
    size: z.number().optional().catch(undefined),
    project_names: z.array(z.string()).optional().catch(undefined),
    created_at: text,
  })
  .catch({});

export type FileObject = z.output<typeof FileObject>;

/** What both ways of storing a file take. */
export const storedFileFields = {
  display_name: z.string().min(1).optional(),
  project_name: z.string().min(1).optional().describe('Rapid only'),
  reference_id: z.string().min(1).optional().describe('your id; a repeat is refused instead of stored twice'),
  metadata: Metadata.optional(),
};

const Stored = pageOf(FileObject, 'attachment_url', 'id');

/**
 * The file that a call whose answer was lost may have stored: the one that bears the caller's own id. Size, metadata and
 * time are those of other files as well, and a task about another picture is worse than an outcome that is not known.
 */
export async function storedUnder(
  { read }: ReconcileContext,
  {
    project_name: project,
    reference_id: id,
  }: { project_name?: string | undefined; reference_id?: string | undefined },
): Promise<Reconciled> {
  if (project === undefined || id === undefined) return undefined;
  const { docs } = readAnswer(Stored, await read(['files'], { project }), 'a page of files');
  const found = docs.find((file) => file['reference_id'] === id);
  return found && { answer: found };
}

export function fileView(file: FileObject, shaping: Shaping): Record<string, unknown> {
  return {
    attachment_url: file.attachment_url && shaping.bare(file.attachment_url),
    id: file.id && shaping.bare(file.id),
    mime_type: file.mime_type && shaping.bare(file.mime_type),
    size: file.size,
    project_names: file.project_names?.map((name) => shaping.bare(name)),
    created_at: file.created_at,
  };
}

export function useFileStep(file: FileObject): NextStep[] {
  if (file.attachment_url === undefined) return [];
  return [
    {
      tool: 'scale_ai_create_image_annotation_task',
      arguments: { attachment: file.attachment_url },
      why: 'use the file in a task; files that no task uses are deleted in time',
    },
  ];
}
