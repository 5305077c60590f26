import { createHash } from 'node:crypto';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { isRecord } from '../../responses/compact.ts';
import { insist } from '../jobs/failure.ts';
import { carryOutItems } from '../jobs/items.ts';
import { giveUpId, takeIdBack } from '../repair/own-id.ts';
import { putUrl } from './attachments.ts';
import { fileState, memberOf } from './draft-rows.ts';
import { PlanRow, PlanRows, readPlan, rowText } from './plan.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { Settled, WorkPace } from '../jobs/items.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Plan, PlannedUpload } from './plan.ts';

export const SUBMIT_PLAN = 'submit_plan';

/** What a failed task's metadata says of the task that took its place. */
export const REPAIRED_BY = 'resubmitted_as';

/** Carries a plan out: uploads what has to be, and creates each task once. */
export function submitPlan(pace: WorkPace): JobKind {
  return async (context) => {
    const { job, database, scale, progress } = context;
    const plan = await readPlan(database, job, String(job.input['plan_id']));
    await checkDigest(database, plan);
    progress({ total: plan.to_create });
    for (const name of newBatches(plan)) {
      const args = { project: plan.project, name };
      const create = (): Promise<unknown> =>
        scale.perform({ tool: 'scale_ai_create_batch', arguments: args });
      await insist(create, { timing: pace.timing, signal: context.signal });
    }
    const files = new UploadedFiles(scale);
    await carryOutItems(
      context,
      {
        items: planRows(database, plan.id),
        keyOf: ({ line }) => line,
        nameOf: ({ unique_id: id }) => ({ unique_id: id }),
        handle: (row) => createTask(row, plan, { ...context, files, timing: pace.timing }),
      },
      pace,
    );
    return undefined;
  };
}

/** Those that are made before the first task. */
function newBatches({ new_batch: isNew, batch, batches = [] }: Plan): string[] {
  const own = isNew && batch !== undefined ? [batch] : [];
  return [...own, ...batches.flatMap(({ name, is_new: isNewToo }) => (isNewToo ? [name] : []))];
}

async function* planRows(database: StateDatabase, planId: string): AsyncGenerator<PlanRow> {
  const rows = new PlanRows(database, planId, 'rows');
  for await (const row of rows.read()) yield PlanRow.parse(row);
}

/** @throws Error for a plan whose rows are not those that a person agreed to */
async function checkDigest(database: StateDatabase, { id, digest }: Plan): Promise<void> {
  const hash = createHash('sha256');
  for await (const row of planRows(database, id)) hash.update(rowText(row));
  if (hash.digest('hex') === digest) return;
  throw new Error(
    'The rows of this plan were changed after it was made, so nothing more is sent. Plan again.',
  );
}

interface Creating extends Pick<JobContext, 'scale' | 'signal'> {
  files: UploadedFiles;
  timing: WorkPace['timing'];
}

async function createTask(
  row: PlanRow,
  plan: Plan,
  { scale, files, ...patience }: Creating,
): Promise<Settled> {
  let args: unknown = row.args;
  for (const upload of row.uploads) args = putUrl(args, upload.at, await files.urlOf(upload, plan.project));
  const { repairs, unique_id: uniqueId } = row;
  const renewed = new Set(row.uploads.map(memberOf));
  const create = (): ReturnType<ScaleAccess['perform']> =>
    scale.perform({ tool: plan.tool, arguments: isRecord(args) ? args : {} }, renewed);
  const { response, existed } =
    repairs?.frees === true ? await inPlaceOf(repairs.task_id, uniqueId, { create, scale }) : await create();
  const taskId = isRecord(response) ? response['task_id'] : undefined;
  const isMarked = !repairs || (await markRepaired(repairs.task_id, taskId, { scale, ...patience }));
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
  { create, scale }: Pick<JobContext, 'scale'> & { create: () => ReturnType<ScaleAccess['perform']> },
): ReturnType<ScaleAccess['perform']> {
  await giveUpId(failed, uniqueId, scale);
  try {
    return await create();
  } catch (error) {
    await takeIdBack(failed, uniqueId, scale);
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
  { scale, ...patience }: Omit<Creating, 'files'>,
): Promise<boolean> {
  const args = { task_id: failed, metadata: { [REPAIRED_BY]: repaired }, merge: true };
  try {
    await insist(() => scale.perform({ tool: 'scale_ai_set_task_metadata', arguments: args }), patience);
    return true;
  } catch {
    return false;
  }
}

/** Files by their URL at Scale; each is uploaded once by a process. A file that is stored twice costs nothing. */
class UploadedFiles {
  readonly #scale: ScaleAccess;
  readonly #urls = new Map<string, Promise<string>>();

  constructor(scale: ScaleAccess) {
    this.#scale = scale;
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
    const { response } = await this.#scale.perform({
      tool: 'scale_ai_upload_file',
      arguments: { file_path: file, ...(project !== undefined && { project_name: project }) },
    });
    const url = isRecord(response) ? response['attachment_url'] : undefined;
    if (typeof url === 'string') return url;
    throw new Error(`Scale stored ${file} and gave no URL for it.`);
  }

  /** @throws ToolFailure for a file that is not the one that a person agreed to send */
  async #checkUnchanged({ file, bytes, modified_at: modifiedAt }: PlannedUpload): Promise<void> {
    const now = await fileState(file, this.#scale.files).catch(() => undefined);
    if (now?.bytes === bytes && now.modified_at === modifiedAt) return;
    throw new ToolFailure(
      'conflict',
      `${file} is not as it was when the plan was made, so it was not sent. Plan again.`,
      { outcome: 'not_sent', path: 'attachment' },
    );
  }
}
