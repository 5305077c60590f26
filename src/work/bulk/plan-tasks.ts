import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { mustExist } from '../must-exist.ts';
import path from 'node:path';
import { openLabels } from '../manifest/open-labels.ts';
import { RowLabels } from './row-labels.ts';
import { collectGarbage } from '../../observability/collect-garbage.ts';
import { RowDrafter } from './draft-rows.ts';
import { PlanMaking } from './plan-making.ts';
import { openManifest } from '../manifest/read-manifest.ts';
import { takesTasks } from './takes-tasks.ts';
import { checkPlaces } from '../manifest/template.ts';
import type { Draft, Drafting } from './draft-rows.ts';
import type { Plan } from './plan.ts';
import type { PlanDeps } from './plan-making.ts';
import type { PrelabelMember } from './row-labels.ts';
import type { Manifest, ManifestRequest } from '../manifest/read-manifest.ts';

/** A manifest larger than this is split. */
const MAX_ROWS = 100_000;

/** Rows that are in memory at once, and requests that look for existing tasks at once. */
const CHUNK = 400;

/** Rows after which what was made for them is collected. */
const COLLECT_EVERY = 100;
const MANY_ROWS = 1_000;

export interface PlanTasks extends Drafting, ManifestRequest {
  /** Labels that exist already: they are put beside the rows, or are the rows. */
  labelsPath?: string | undefined;
  labelsAs?: PrelabelMember | undefined;
}

/**
 * Makes a plan of a manifest: what would be sent, what would not and why, what exists already. Sends nothing with an
 * effect, and keeps no more than a few hundred rows in memory.
 *
 * @throws RefusedArguments for a manifest or template that no row of can be sent; NothingFound, LocalFileError
 */
export async function planTasks(request: PlanTasks, deps: PlanDeps): Promise<Plan> {
  await checkTarget(request, deps.scale);
  const labels = await labelsOf(request, deps.scale);
  const manifest = await manifestOf(request, labels, deps.scale);
  const drafter = new RowDrafter(request, { manifest, labels }, deps.scale);
  const head = { ...request, source: manifest.source, lookUp: true };
  const making = new PlanMaking(head, deps);
  let drafts: Draft[] = [];
  for await (const row of manifest.rows) {
    deps.signal.throwIfAborted();
    if (making.rowsRead === MAX_ROWS) throw tooMany();
    drafts.push(await drafter.draft(row));
    making.rowsRead += 1;
    if (making.rowsRead % COLLECT_EVERY === 0) collectGarbage('minor');
    if (drafts.length < CHUNK) continue;
    await making.take(drafts);
    drafts = [];
  }
  await making.take(drafts);
  if (making.rowsRead === 0) throw empty(manifest);
  if (drafter.columns.size > 0) checkPlaces(request.template, [...drafter.columns]);
  const plan = await making.finish(drafter.batches, labels?.told());
  if (plan.rows_read > MANY_ROWS) collectGarbage('major'); // a server that makes plans seldom would keep it for long
  return plan;
}

async function labelsOf(
  { labelsPath, labelsAs = 'hypothesis' }: PlanTasks,
  { files }: PlanDeps['scale'],
): Promise<RowLabels | undefined> {
  if (labelsPath === undefined) return undefined;
  return new RowLabels(await openLabels(labelsPath, files), labelsAs, files);
}

/** The manifest, or the labels where there is none. */
async function manifestOf(
  request: PlanTasks,
  labels: RowLabels | undefined,
  { files }: PlanDeps['scale'],
): Promise<Manifest> {
  const { labelsPath, manifestPath, rows } = request;
  if (!labels || labelsPath === undefined || manifestPath !== undefined || rows !== undefined)
    return openManifest(request, files);
  return { source: labelsPath, directory: path.dirname(path.resolve(labelsPath)), rows: labels.rows() };
}

/** @throws NothingFound, or RefusedArguments for a batch that takes no more tasks */
async function checkTarget({ batch, project }: PlanTasks, { lookUp }: PlanDeps['scale']): Promise<void> {
  await mustExist({ batch, project }, lookUp);
  if (batch === undefined || (await takesTasks(batch, lookUp))) return;
  throw new RefusedArguments([
    {
      path: 'batch',
      message: `"${batch}" is finalized and takes no more tasks; make another with scale_ai_create_batch`,
      allowed: 'a batch in staging, or of a project that is neither Rapid nor Studio',
    },
  ]);
}

function tooMany(): RefusedArguments {
  return new RefusedArguments([
    {
      path: 'manifest_path',
      message: `has more than ${MAX_ROWS} rows; split it and plan each part`,
      allowed: `at most ${MAX_ROWS} rows`,
    },
  ]);
}

function empty({ source, hint = '' }: Manifest): RefusedArguments {
  const path = source === 'the rows of the call' ? 'rows' : 'manifest_path';
  return new RefusedArguments([{ path, message: `${source} has no rows${hint}` }]);
}
