import { Readable } from 'node:stream';
import { LocalFileError } from '../access/local-files.ts';
import { ToolFailure } from './tool-failure.ts';
import type { LocalFiles } from '../access/local-files.ts';
import type { LookUp, ReportProgress, RestRequest, RunContext, UploadSource } from '../catalog/tool.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ScaleClient } from '../scale/client.ts';

interface RunDeps {
  scale: ScaleClient;
  files: LocalFiles;
  lookUp: LookUp;
  mode: Mode;
  report: ReportProgress;
}

/** When a call ends early. */
export interface CallSignals {
  /** Cancelled by the caller, or past the deadline: reads end at once, and nothing new is sent. */
  stop: AbortSignal;
  /** Past the deadline: ends a write under way too, whose outcome is then unknown. */
  deadline: AbortSignal;
}

/** What a declaration sees of the adapter. Local files are opened here and closed again. */
export function runContext(deps: RunDeps, signals: CallSignals): RunContext {
  return {
    mode: deps.mode,
    lookUp: deps.lookUp,
    report: deps.report,
    send: (request) => send(request, deps, signals),
    readResult: (url) => deps.scale.readResult(url, signals.stop),
  };
}

/** A write that has begun is finished and recorded, whether or not somebody still waits for it. */
async function send(request: RestRequest, deps: RunDeps, { stop, deadline }: CallSignals): Promise<unknown> {
  stop.throwIfAborted();
  const { upload, ...rest } = request;
  const signal = request.method === 'GET' ? stop : deadline;
  if (!upload) return deps.scale.send(rest, signal);
  const opened = await openForUpload(upload.file, deps.files);
  const file = { ...opened, stream: () => Readable.from(counted(opened, deps.report)) };
  try {
    return await deps.scale.send({ ...rest, upload: { file, fields: upload.fields } }, signal);
  } finally {
    await opened.close();
  }
}

async function* counted(
  file: Awaited<ReturnType<LocalFiles['open']>>,
  report: ReportProgress,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of file.stream()) {
    if (!(chunk instanceof Uint8Array)) continue;
    yield chunk;
    sent += chunk.length;
    report({ progress: sent, total: file.size, message: `${file.name}: ${sent} of ${file.size} bytes sent` });
  }
}

async function openForUpload(source: UploadSource, files: LocalFiles): ReturnType<LocalFiles['open']> {
  if ('bytes' in source) {
    const { name, bytes } = source;
    return { name, size: bytes.length, stream: () => Readable.from([bytes]), close: async () => undefined };
  }
  try {
    return await files.open(source.localPath);
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
