import { LocalFileError } from '../access/local-files.ts';
import { ToolFailure } from './tool-failure.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { LookUp, RestRequest, RunContext } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleClient } from '../scale/client.ts';

interface RunDeps {
  scale: ScaleClient;
  files: LocalFiles;
  lookUp: LookUp;
  mode: Mode;
}

/** What a declaration sees of the adapter. Local files are opened here and closed again. */
export function runContext(deps: RunDeps, signal: AbortSignal): RunContext {
  return {
    mode: deps.mode,
    lookUp: deps.lookUp,
    send: (request) => send(request, deps, signal),
    readResult: (url) => deps.scale.readResult(url, signal),
  };
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
