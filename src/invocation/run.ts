import { LocalFileError } from '../access/local-files.ts';
import { ToolFailure } from './tool-failure.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { PreparedCall, RestRequest } from '../catalog/tool.ts';
import type { ScaleClient } from '../scale/client.ts';

export interface RunDeps {
  scale: ScaleClient;
  files: LocalFiles;
}

/** Carries out an accepted call and returns Scale's JSON. Local files are opened here and closed again. */
export async function run(call: PreparedCall, deps: RunDeps, signal: AbortSignal): Promise<unknown> {
  return call.execute({ send: (request) => send(request, deps, signal) });
}

async function send(request: RestRequest, deps: RunDeps, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted();
  const { upload, ...rest } = request;
  if (!upload) return deps.scale.send(rest, signal);
  const file = await openForUpload(upload.localPath, deps.files);
  try {
    return await deps.scale.send({ ...rest, upload: { file, fields: upload.fields } }, signal);
  } finally {
    await file.close();
  }
}

async function openForUpload(localPath: string, files: LocalFiles): ReturnType<LocalFiles['open']> {
  try {
    return await files.open(localPath);
  } catch (error) {
    if (!(error instanceof LocalFileError)) throw error;
    throw new ToolFailure(error.code, `${error.message} Nothing was sent.`, {
      outcome: 'not_sent',
      path: 'file_path',
      ...(files.allowed.length > 0 && { allowed: files.allowed.join(', ') }),
      cause: error,
    });
  }
}
