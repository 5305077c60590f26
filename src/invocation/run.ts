import { LocalFileError } from '../access/local-files.ts';
import { sendIdempotentCreate } from './send-idempotent-create.ts';
import { sendAndReconcile } from './reconcile.ts';
import { keepRequestInScope, toldDifferences } from './enforce-project-scope.ts';
import { ToolFailure } from './tool-failure.ts';
import type { LocalFile, LocalFiles } from '../access/local-files.ts';
import type { LookUp, PreparedCall, ReportProgress, RunContext } from '../catalog/tool.ts';
import type { RestRequest, UploadSource } from '../catalog/rest-request.ts';
import type { Mode } from '../catalog/vocabulary.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import type { IdempotentCreate } from '../catalog/idempotent-create.ts';
import type { RetryBudget } from '../scale/retry.ts';
import type { ScaleClient } from '../scale/client.ts';

export interface RunDeps {
  scale: ScaleClient;
  files: LocalFiles;
  lookUp: LookUp;
  mode: Mode;
  accountStatus: RunContext['accountStatus'];
  report: ReportProgress;
  /** Opens long work, which few calls do. Absent in a step of long work, which begins no further work. */
  work?: () => RunContext['work'];
  /** Whether the call's write can be repeated without harm. */
  isSafe: boolean;
  /** The identity of what the call creates. */
  idempotency: IdempotentCreate | undefined;
  /** How the outcome of a write without an identity is found out. */
  reconcile?: PreparedCall['reconcile'];
  budget: RetryBudget;
  /** Of the reads in between; that of the call unless said otherwise. */
  readBudget?: RetryBudget;
  /** Milliseconds since 1970. */
  startedAt: number;
  sleep(ms: number): Promise<void>;
  exclusive: RunContext['exclusive'];
  /** The projects that the caller is limited to. */
  projects: ProjectScope | undefined;
}

/** What a declaration may use, and what became of it. */
export interface Run {
  context: RunContext;
  /** Whether the object to be created had been there before. */
  existed: () => boolean;
}

/** When a call ends early. */
export interface CallSignals {
  /** Cancelled by the caller, or past the deadline: reads end at once, and nothing new is sent. */
  stop: AbortSignal;
  /** Past the deadline: ends a write under way too, whose outcome is then unknown. */
  deadline: AbortSignal;
}

/** What a declaration sees of the adapter. Local files are opened here and closed again. */
export function openRun(deps: RunDeps, signals: CallSignals): Run {
  let existed = false;
  let work: RunContext['work'] | undefined;
  const exchange = (request: RestRequest): Promise<unknown> => send(request, deps, signals);
  return {
    existed: () => existed,
    context: {
      mode: deps.mode,
      lookUp: deps.lookUp,
      accountStatus: deps.accountStatus,
      report: deps.report,
      exclusive: deps.exclusive,
      get work() {
        work ??= deps.work?.();
        if (work) return work;
        throw new Error('a step of long work begins no further work');
      },
      async send(request) {
        if (request.method === 'GET') return exchange(request);
        const { idempotency, projects } = deps;
        if (!idempotency)
          return sendAndReconcile(request, deps.reconcile, {
            send: exchange,
            sleep: (ms) => deps.sleep(ms),
            startedAt: deps.startedAt,
          });
        const differences: IdempotentCreate['differences'] = (existing) =>
          toldDifferences(projects, existing, idempotency.differences(existing));
        const created = await sendIdempotentCreate(
          { ...idempotency, differences },
          { send: exchange, startedAt: deps.startedAt },
        );
        existed = created.existed;
        return created.response;
      },
      readResult: (url) => deps.scale.readResult(url, { signal: signals.stop, budget: deps.budget }),
    },
  };
}

/** A write that has started is finished and recorded, whether or not somebody still waits for it. */
async function send(request: RestRequest, deps: RunDeps, { stop, deadline }: CallSignals): Promise<unknown> {
  await keepRequestInScope(deps.projects, request, deps.lookUp);
  stop.throwIfAborted();
  const { upload, ...rest } = request;
  const { isSafe } = deps;
  const options =
    request.method === 'GET'
      ? { signal: stop, budget: deps.readBudget ?? deps.budget, isSafe }
      : { signal: deadline, budget: deps.budget, isSafe };
  if (!upload) return deps.scale.send(rest, options);
  const opened = await openForUpload(upload.file, deps.files);
  const file = { ...opened, content: () => counted(opened, deps.report) };
  try {
    return await deps.scale.send({ ...rest, upload: { file, fields: upload.fields } }, options);
  } finally {
    await opened.close();
  }
}

type UploadContent = Omit<LocalFile, 'modifiedAt'>;

async function* counted(file: UploadContent, report: ReportProgress): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of file.content()) {
    yield chunk;
    sent += chunk.length;
    report({ progress: sent, total: file.size, message: `${file.name}: ${sent} of ${file.size} bytes sent` });
  }
}

async function* inOneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function openForUpload(source: UploadSource, files: LocalFiles): Promise<UploadContent> {
  if ('bytes' in source) {
    const { name, bytes } = source;
    return { name, size: bytes.length, content: () => inOneChunk(bytes), close: async () => undefined };
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
