import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { FileObject, fileView, storedFileFields, storedUnder, useFileStep } from './file-object.ts';

/** Bytes that may come inside a call, which travels as one message. */
const MAX_INLINE_BYTES = 4 * 1024 * 1024;

const Content = z
  .base64({ error: 'must be base64, without a data: prefix' })
  .min(1)
  .max(Math.ceil(MAX_INLINE_BYTES / 3) * 4, {
    error: 'may hold 4 MiB decoded; put larger files where Scale can fetch them and use import_file',
  });

const FileName = z
  .string()
  .max(255)
  .regex(/^[^/\\\p{Cc}]+$/u, { error: 'must be a plain file name without a path' });

export const uploadFile = defineTool({
  slug: 'SCALE_AI_UPLOAD_FILE',
  title: 'Upload file',
  description:
    'Store a file (80 MB at most) at Scale; gives the attachment_url that tasks take. For a file on the web use import_file.',
  toolset: 'files',
  effect: 'create',
  input: z
    .strictObject({
      file_path: z.string().min(1).optional(),
      content_base64: Content.optional().describe('remotely; 4 MiB'),
      file_name: FileName.optional(),
      ...storedFileFields,
    })
    .refine((input) => (input.file_path === undefined) !== (input.content_base64 === undefined), {
      error: 'give either file_path or content_base64',
      path: ['file_path'],
    })
    .refine((input) => (input.content_base64 === undefined) === (input.file_name === undefined), {
      error: 'content_base64 and file_name go together',
      path: ['file_name'],
    }),
  output: { file: z.looseObject({}).optional() },
  response: FileObject,
  example: { file_path: 'images/street-0001.jpg' },
  reconcile: (context, input) => storedUnder(context, input),
  request: ({ file_path, content_base64, file_name, metadata, ...fields }) => ({
    method: 'POST',
    path: ['files', 'upload'],
    upload: {
      file:
        file_path === undefined
          ? { name: file_name ?? 'file', bytes: Buffer.from(content_base64 ?? '', 'base64') }
          : { localPath: file_path },
      fields: { ...withoutUndefined(fields), ...(metadata && { metadata: JSON.stringify(metadata) }) },
    },
  }),
  summarize: (file, input, shaping) => ({
    summary: `Uploaded ${input.file_path ?? input.file_name}${file.size === undefined ? '' : ` (${file.size} bytes)`}; tasks use it as ${shaping.word(file.attachment_url, '(Scale gave no usable URL)')}.`,
    file: fileView(file, shaping),
    next_steps: useFileStep(file),
  }),
});

function withoutUndefined(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
