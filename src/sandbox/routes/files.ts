import path from 'node:path';
import { REFUSAL, ApiError } from '../api-error.ts';
import { fetchLoopback, isLoopback } from '../attachments.ts';
import { timestamp } from '../clock.ts';
import { uuidFrom } from '../ids.ts';
import { isObject, present } from '../json.ts';
import { Query } from '../query.ts';
import { readMetadata, readObject, readString } from '../request-fields.ts';
import '@fastify/multipart'; // adds request.parts() to the types
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { FileRecord } from '../state/records.ts';
import type { AddRoutes } from './route-context.ts';

/** The one account of the sandbox, as it stands in `scaledata://` URLs. */
const ACCOUNT_ID = '5a4db0c55a4db0c55a4db0c5';

const PAGE_SIZE = 100;

/** By ending; what is not here is a byte stream. */
const MIME_TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.pdf': 'application/pdf',
  '.mp4': 'video/mp4',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
};

export const addFileRoutes: AddRoutes = (app, accountOf) => {
  app.post('/files/upload', async (request) => fileView(await upload(accountOf(request), request)));

  app.post('/files/import', async (request) => {
    const account = accountOf(request);
    return fileView(await importFile(account, readObject(request.body)));
  });

  app.get('/files', (request) => {
    const account = accountOf(request);
    const query = new Query(request.query);
    const project = query.text('project');
    if (project === undefined) throw REFUSAL.missing('project');
    const wanted = readMetadataFilter(query.text('metadata'));
    const matching = [...account.store.files.values()]
      .reverse()
      .filter((file) => file.projects.includes(project))
      .filter((file) => Object.entries(wanted).every(([key, value]) => file.metadata[key] === value));
    const start =
      query.text('cursor') === undefined
        ? 0
        : matching.findIndex(({ id }) => id === query.text('cursor')) + 1;
    const docs = matching.slice(start, start + query.integer('limit', PAGE_SIZE, 1, 100));
    const more = start + docs.length < matching.length;
    return { docs: docs.map(fileView), has_more: more, cursor: more ? docs.at(-1)?.id : null };
  });
};

let made = 0;

/** The same files in the same order have the same ids, and so do the answers of labelers about them. */
function nextId({ set, store }: Account): string {
  made += 1;
  return uuidFrom(`${set} file ${store.files.size} ${made}`);
}

async function upload(account: Account, request: FastifyRequest): Promise<FileRecord> {
  const fields: Record<string, string> = {};
  const id = nextId(account);
  let stored: { name: string; mimeType: string; size: number } | undefined;
  for await (const part of request.parts()) {
    if (part.type === 'field') fields[part.fieldname] = String(part.value);
    else {
      const size = await account.contents.write(id, part.file);
      if (part.file.truncated) {
        await account.contents.remove(id);
        throw new ApiError(413, 'The file is larger than 80 MB.');
      }
      stored = { name: part.filename, mimeType: mimeTypeOf(part.filename, part.mimetype), size };
    }
  }
  if (!stored) throw REFUSAL.missing('file');
  return keep(account, { id, ...stored }, { ...fields, metadata: parseMetadata(fields['metadata']) });
}

/**
 * A loopback URL is fetched; any other is taken at its word, without a size, since nothing outside this machine
 * is ever asked.
 */
async function importFile(account: Account, body: JsonObject): Promise<FileRecord> {
  const url = readString(body, 'file_url');
  if (!URL.canParse(url)) throw REFUSAL.invalid('"file_url" must be a URL');
  const target = new URL(url);
  const id = nextId(account);
  const name = path.basename(target.pathname);
  const base = { id, name, mimeType: mimeTypeOf(name, undefined) };
  if (!isLoopback(target)) return keep(account, { ...base, sourceUrl: url }, body);
  const content = await fetchLoopback(target);
  if (typeof content === 'number')
    throw REFUSAL.invalid(`"file_url" could not be downloaded (status ${content})`);
  return keep(account, { ...base, size: await account.contents.writeBuffer(id, content) }, body);
}

function keep(
  account: Account,
  file: Pick<FileRecord, 'id' | 'name' | 'mimeType' | 'size' | 'sourceUrl'>,
  fields: JsonObject,
): FileRecord {
  const project = typeof fields['project_name'] === 'string' ? fields['project_name'] : undefined;
  const referenceId = typeof fields['reference_id'] === 'string' ? fields['reference_id'] : undefined;
  for (const other of account.store.files.values()) {
    if (referenceId === undefined || other.referenceId !== referenceId) continue;
    if (project === undefined || other.projects.includes(project)) throw REFUSAL.referenceTaken(referenceId);
  }
  const record: FileRecord = {
    ...file,
    name: typeof fields['display_name'] === 'string' ? fields['display_name'] : file.name,
    createdAt: account.clock.now(),
    projects: project === undefined ? [] : [project],
    metadata: readMetadata(fields['metadata']),
    ...(referenceId !== undefined && { referenceId }),
  };
  account.store.put('files', record.id, record);
  return record;
}

function fileView(file: FileRecord): JsonObject {
  return {
    id: file.id,
    attachment_url: `scaledata://${ACCOUNT_ID}/${file.id}`,
    mime_type: file.mimeType,
    project_names: file.projects,
    created_at: timestamp(file.createdAt),
    updated_at: timestamp(file.createdAt),
    display_name: file.name,
    metadata: file.metadata,
    ...present({ size: file.size, reference_id: file.referenceId }),
  };
}

function mimeTypeOf(name: string, given: string | undefined): string {
  const byEnding = MIME_TYPES[path.extname(name).toLowerCase()];
  return byEnding ?? (given === undefined || given === '' ? 'application/octet-stream' : given);
}

function parseMetadata(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw REFUSAL.invalid('"metadata" must be JSON');
  }
}

function readMetadataFilter(text: string | undefined): JsonObject {
  const parsed = parseMetadata(text);
  return isObject(parsed) ? parsed : {};
}
