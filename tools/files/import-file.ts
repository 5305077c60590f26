import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { FileObject, fileView, storedFileFields, storedUnder, useFileStep } from './file-object.ts';

export const importFile = defineTool({
  slug: 'SCALE_AI_IMPORT_FILE',
  title: 'Import file',
  description:
    'Have Scale fetch a file from a URL into its own storage and get the attachment_url that tasks take. Tasks can also use a public URL directly.',
  toolset: 'files',
  effect: 'create',
  input: z.strictObject({
    file_url: z
      .string()
      .regex(/^(https?|s3|gs):\/\/\S+$/i, { error: 'must be an http(s)://, s3:// or gs:// URL' }),
    ...storedFileFields,
  }),
  output: { file: z.looseObject({}).optional() },
  response: FileObject,
  example: { file_url: 'https://example.com/street-0001.jpg' },
  reconcile: (context, input) => storedUnder(context, input),
  request: (input) => ({ method: 'POST', path: ['files', 'import'], body: input }),
  summarize: (file, input, shaping) => ({
    summary: `Imported ${input.file_url}; tasks use it as ${shaping.word(file.attachment_url, '(Scale gave no usable URL)')}.`,
    file: fileView(file, shaping),
    next_steps: useFileStep(file),
  }),
});
