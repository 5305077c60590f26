import * as z from 'zod';
import { ifRead, pageOf } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { FileObject, fileView } from './file-object.ts';
import { count } from '../count.ts';

/** The form of this list is not documented; both words for its continuation are read. */
const Page = pageOf(FileObject, 'attachment_url', 'id').extend({ cursor: ifRead(z.string()) });

export const getAssets = defineTool({
  slug: 'SCALE_AI_GET_ASSETS',
  title: 'Get assets',
  description:
    'List the files stored for a project, with the attachment_url that tasks take; metadata narrows by key and value.',
  toolset: 'files',
  effect: 'read',
  input: z.strictObject({
    project: z.string().min(1),
    metadata: listedAsJson(z.record(z.string(), z.unknown())).optional(),
    cursor: z.string().min(1).optional(),
  }),
  output: {
    files: z.array(z.looseObject({})).optional(),
    total: z.number().optional(),
    cursor: z.string().optional(),
  },
  response: Page,
  example: { project: 'road-signs' },
  request: ({ project, metadata, cursor }) => ({
    method: 'GET',
    path: ['files'],
    query: { project, metadata: metadata && JSON.stringify(metadata), cursor },
  }),
  summarize(page, { project }, shaping) {
    const cursor = page.cursor ?? page.next_token;
    const more = cursor !== undefined && page.has_more !== false;
    return {
      summary:
        page.docs.length === 0
          ? `No file is stored for project ${project}.`
          : `${count(page.docs.length, 'file')} of project ${project}.${more ? ' Pass cursor for the next page.' : ''}`,
      total: page.total,
      cursor: more ? cursor : undefined,
      files: page.docs.map((file) => fileView(file, shaping)),
    };
  },
});
