import { z } from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { FileObject, fileView, storedFileFields, useFileStep } from './file-object.ts';

export const uploadFile = defineTool({
  slug: 'SCALE_AI_UPLOAD_FILE',
  title: 'Upload file',
  description:
    'Store a file of this machine (at most 80 MB) at Scale and get the attachment_url that tasks take. For a file on the web use import_file.',
  toolset: 'files',
  effect: 'create',
  input: z.strictObject({
    file_path: z.string().min(1).describe('below a directory that the user allowed'),
    ...storedFileFields,
  }),
  output: { file: z.looseObject({}).optional() },
  response: FileObject,
  example: { file_path: 'images/street-0001.jpg' },
  request: ({ file_path, metadata, ...fields }) => ({
    method: 'POST',
    path: ['files', 'upload'],
    upload: {
      localPath: file_path,
      fields: { ...withoutUndefined(fields), ...(metadata && { metadata: JSON.stringify(metadata) }) },
    },
  }),
  summarize: (file, input, shaping) => ({
    summary: `Uploaded ${input.file_path}${file.size === undefined ? '' : ` (${file.size} bytes)`}; tasks use it as ${shaping.word(file.attachment_url, '(Scale gave no usable URL)')}.`,
    file: fileView(file, shaping),
    next_steps: useFileStep(file),
  }),
});

function withoutUndefined(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
