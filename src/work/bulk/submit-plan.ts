import { createHash } from 'node:crypto';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { isRecord } from '../../responses/compact.ts';
import { insist } from '../jobs/failure.ts';
import { carryOutItems } from '../jobs/items.ts';
import { giveUpId, takeIdBack } from '../repair/own-id.ts';
import { putUrl } from './attachments.ts';
import { fileState, memberOf } from './draft-rows.ts';
import { PlanRow, readPlan, rowText, rowsOf } from './plan.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { Settled, WorkPace } from '../jobs/items.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Plan, PlannedUpload } from './plan.ts';

export const SUBMIT_PLAN = 'submit_plan';

/** What a failed task's metadata says of the task that took its place. */
export const REPAIRED_BY = 'resubmitted_as';

/** Carries a plan out: uploads what has to be, and creates each task once. */
export function submitPlan(pace: WorkPace): JobKind {
  return async (context) => {
    const { job, store, path, progress } = context;
    const plan = await readPlan(store, job, String(job.input['plan_id']));
    await checkDigest(store, plan);
    progress({ total: plan.to_create });
    if (plan.new_batch && plan.batch !== undefined) {
      const args = { project: plan.project, name: plan.batch };
      const create = (): Promise<unknown> => path.perform({ tool: 'scale_ai_create_batch', arguments: args });
      await insist(create, { timing: pace.timing, signal: context.signal });
    }
    const files = new UploadedFiles(path);
    await carryOutItems(
      context,
      {
        items: planRows(store, plan.id),
        keyOf: ({ line }) => line,
        nameOf: ({ unique_id: id }) => ({ unique_id: id }),
        handle: (row) => createTask(row, plan, { ...context, files, timing: pace.timing }),
      },
      pace,
    );
    return undefined;
  };
}

async function* planRows(store: WorkStore, planId: string): AsyncGenerator<PlanRow> {
  for await (const line of rowsOf(store, planId).lines()) yield PlanRow.parse(line);
}

/** @throws Error for a plan whose rows are not those that a person agreed to */
async function checkDigest(store: WorkStore, { id, digest }: Plan): Promise<void> {
  const hash = createHash('sha256');
  for await (const row of planRows(store, id)) hash.update(rowText(row));
  if (hash.digest('hex') === digest) return;
  throw new Error(
    'The rows of this plan were changed after it was made, so nothing more is sent. Plan again.',
  );
}

interface Creating extends Pick<JobContext, 'path' | 'signal'> {
  files: UploadedFiles;
  timing: WorkPace['timing'];
}

async function createTask(
  row: PlanRow,
  plan: Plan,
  { path, files, ...patience }: Creating,
): Promise<Settled> {
  let args: unknown = row.args;
  for (const upload of row.uploads) args = putUrl(args, upload.at, await files.urlOf(upload, plan.project));
  const { repairs, unique_id: uniqueId } = row;
  const renewed = new Set(row.uploads.map(memberOf));
  const create = (): ReturnType<CallPath['perform']> =>
    path.perform({ tool: plan.tool, arguments: isRecord(args) ? args : {} }, renewed);
  const { response, existed } =
    repairs?.frees === true ? await inPlaceOf(repairs.task_id, uniqueId, { create, path }) : await create();
  const taskId = isRecord(response) ? response['task_id'] : undefined;
  const isMarked = !repairs || (await markRepaired(repairs.task_id, taskId, { path, ...patience }));
  return {
    outcome: existed ? 'already_there' : 'created',
    unique_id: uniqueId,
    ...(typeof taskId === 'string' && { task_id: taskId }),
    ...(!isMarked && { not_marked: true }),
  };
}

/** The failed task has its id back unless another has taken its place. */
async function inPlaceOf(
  failed: string,
  uniqueId: string,
  { create, path }: Pick<JobContext, 'path'> & { create: () => ReturnType<CallPath['perform']> },
): ReturnType<CallPath['perform']> {
  await giveUpId(failed, uniqueId, path);
  try {
    return await create();
  } catch (error) {
    await takeIdBack(failed, uniqueId, path);
    throw error;
  }
}

/**
 * So that nobody repairs it once more, from wherever they look. The new task is there and paid for either way.
 *
 * @returns whether the failed task says so now
 */
async function markRepaired(
  failed: string,
  repaired: unknown,
  { path, ...patience }: Omit<Creating, 'files'>,
): Promise<boolean> {
  const args = { task_id: failed, metadata: { [REPAIRED_BY]: repaired }, merge: true };
  try {
    await insist(() => path.perform({ tool: 'scale_ai_set_task_metadata', arguments: args }), patience);
    return true;
  } catch {
    return false;
  }
}

/** Files by their URL at Scale; each is uploaded once by a process. A file that is stored twice costs nothing. */
class UploadedFiles {
  readonly #path: CallPath;
  readonly #urls = new Map<string, Promise<string>>();

  constructor(path: CallPath) {
    this.#path = path;
  }

  urlOf(upload: PlannedUpload, project: string | undefined): Promise<string> {
    const { file } = upload;
    const known = this.#urls.get(file);
    if (known) return known;
    const url = this.#upload(upload, project);
    this.#urls.set(file, url);
    url.catch(() => this.#urls.delete(file));
    return url;
  }

  async #upload(upload: PlannedUpload, project: string | undefined): Promise<string> {
    const { file } = upload;
    await this.#checkUnchanged(upload);
    const { response } = await this.#path.perform({
      tool: 'scale_ai_upload_file',
      arguments: { file_path: file, ...(project !== undefined && { project_name: project }) },
    });
    const url = isRecord(response) ? response['attachment_url'] : undefined;
    if (typeof url === 'string') return url;
    throw new Error(`Scale stored ${file} and gave no URL for it.`);
  }

  /** @throws ToolFailure for a file that is not the one that a person agreed to send */
  async #checkUnchanged({ file, bytes, modified_at: modifiedAt }: PlannedUpload): Promise<void> {
    const now = await fileState(file, this.#path.files).catch(() => undefined);
    if (now?.bytes === bytes && now.modified_at === modifiedAt) return;
    throw new ToolFailure(
      'conflict',
      `${file} is not as it was when the plan was made, so it was not sent. Plan again.`,
      { outcome: 'not_sent', path: 'attachment' },
    );
  }
}
