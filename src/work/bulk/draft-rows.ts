import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { LocalFileError } from '../../access/local-files.ts';
import { HEAD_BYTES, contentOf, wrongKind } from './file-kinds.ts';
import { isRecord } from '../../responses/compact.ts';
import { RowBatches } from './row-batches.ts';
import { findUploads } from './attachments.ts';
import { MissingCell, fillTemplate } from '../manifest/template.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Upload } from './attachments.ts';
import type { FileContent, Taker } from './file-kinds.ts';
import type { InvalidRow, PlanRow, PlannedUpload } from './plan.ts';
import type { ManifestRow } from '../manifest/manifest-row.ts';
import type { RowLabels } from './row-labels.ts';
import type { Manifest } from '../manifest/read-manifest.ts';

/** What every task of a plan has in common. */
export interface Drafting {
  /** The tool that creates each task, and the argument that holds the parameters when they are no arguments themselves. */
  tool: string;
  within?: string | undefined;
  type: string;
  project?: string | undefined;
  batch?: string | undefined;
  template: Readonly<Record<string, unknown>>;
}

export type Draft = PlanRow | InvalidRow;

export function isInvalid(draft: Draft): draft is InvalidRow {
  return 'reason' in draft;
}

type FileState = Pick<PlannedUpload, 'bytes' | 'modified_at'>;

type FileFound = FileState & { content: FileContent };

type WholeRow = Exclude<ManifestRow, { fault: string }>;

/** What is remembered from row to row. */
interface Memory {
  /** Lines by the unique_id that they took. */
  taken: Map<string, number>;
  /** Each file that may be uploaded, or why it may not. */
  files: Map<string, FileFound | string>;
}

/** Turns the rows of a manifest into tasks, each validated as if it were sent by itself. */
export class RowDrafter {
  readonly #drafting: Drafting;
  readonly #manifest: Manifest;
  readonly #labels: RowLabels | undefined;
  readonly #scale: ScaleAccess;
  readonly #memory: Memory = { taken: new Map(), files: new Map() };
  /** Where the template names a batch for each row. */
  readonly batches: RowBatches | undefined;
  /** Every column that some row has. */
  readonly columns = new Set<string>();

  constructor(
    drafting: Drafting,
    { manifest, labels }: { manifest: Manifest; labels?: RowLabels | undefined },
    scale: ScaleAccess,
  ) {
    this.#drafting = drafting;
    this.#manifest = manifest;
    this.#labels = labels;
    this.#scale = scale;
    const { template, project } = drafting;
    this.batches = 'batch' in template ? new RowBatches(project, scale.lookUp) : undefined;
  }

  async draft(row: ManifestRow): Promise<Draft> {
    const { line } = row;
    if ('fault' in row) return { line, reason: row.fault };
    for (const column of Object.keys(row.cells)) this.columns.add(column);
    try {
      return await this.#draft(row, fillTemplate(this.#drafting.template, row.cells));
    } catch (error) {
      if (error instanceof MissingCell) return { line, reason: error.message };
      throw error;
    }
  }

  async #draft({ line, cells }: WholeRow, filled: Record<string, unknown>): Promise<Draft> {
    const { tool, within, project, batch } = this.#drafting;
    const asked = {
      ...filled,
      ...(project !== undefined && { project }),
      ...(batch !== undefined && { batch }),
      ...(this.batches && typeof filled['batch'] === 'number' && { batch: String(filled['batch']) }),
    };
    const idFault = this.#faultOfId(filled);
    if (idFault !== undefined) return { line, reason: idFault };
    const rowBatch = await this.batches?.find(asked['batch']);
    if (rowBatch && 'fault' in rowBatch) return { line, reason: rowBatch.fault };
    const { params, uploads } = findUploads(asked, this.#manifest.directory);
    const taker = { type: this.#drafting.type, attachmentType: filled['attachment_type'] };
    const found = await this.#find(uploads, taker);
    if (typeof found === 'string') return { line, reason: found };
    const identity = this.#identityOf(asked);
    const prelabels = await this.#labels?.of({ line, cells }, asked, uploads[0]?.file);
    if (prelabels && 'reason' in prelabels) return { line, reason: prelabels.reason };
    const labeled = prelabels && this.#labels ? { [this.#labels.member]: prelabels } : {};
    const named = { ...params, ...labeled, unique_id: identity.uniqueId };
    const args = within === undefined ? named : { type: this.#drafting.type, [within]: named };
    const reasons = await this.#scale.validate({
      tool,
      arguments: rowBatch?.isNew ? withoutBatch(args, within) : args,
    });
    if (reasons.length > 0) return { line, reason: reasons.join('; ') };
    const earlier = this.#memory.taken.get(identity.uniqueId);
    if (earlier !== undefined) return { line, reason: sameIdentity(earlier, identity.derived) };
    this.#memory.taken.set(identity.uniqueId, line);
    const at = within === undefined ? [] : [within];
    return {
      line,
      args,
      unique_id: identity.uniqueId,
      uploads: found.map((upload) => ({ ...upload, at: [...at, ...upload.at] })),
    };
  }

  /** Where the template names an id, a row without one would get another, and be charged again under the right one. */
  #faultOfId({ unique_id: id }: Readonly<Record<string, unknown>>): string | undefined {
    if (!('unique_id' in this.#drafting.template)) return undefined;
    if (id === undefined) return 'has no unique_id: its cell is empty';
    return typeof id === 'string' || typeof id === 'number'
      ? undefined
      : 'has a unique_id that is neither text nor a number';
  }

  /** The user's own id, or one that follows from project, batch and attachment. */
  #identityOf(params: Readonly<Record<string, unknown>>): { uniqueId: string; derived: boolean } {
    const own = params['unique_id'];
    if (typeof own === 'string' || typeof own === 'number') return { uniqueId: String(own), derived: false };
    const { type, project } = this.#drafting;
    const { attachment, attachments, batch } = params;
    const about = attachment ?? attachments ?? params;
    const text = canonicalize({ type, project, batch, about }) ?? '';
    return { uniqueId: `mcp-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, derived: true };
  }

  /** @returns the files as they are now, or what is wrong with one of them */
  async #find(uploads: readonly Upload[], taker: Taker): Promise<PlannedUpload[] | string> {
    const found: PlannedUpload[] = [];
    for (const upload of uploads) {
      const { file } = upload;
      const state = this.#memory.files.get(file) ?? (await this.#stateOf(file));
      this.#memory.files.set(file, state);
      if (typeof state === 'string') return state;
      const { content, ...rest } = state;
      const isReference = upload.at[0] === 'context_attachments';
      const fault = wrongKind(isReference ? { ...taker, attachmentType: undefined } : taker, content);
      if (fault !== undefined) return `${file} is ${fault}${this.#manifest.ofWrongFiles ?? ''}`;
      found.push({ ...upload, ...rest });
    }
    return found;
  }

  async #stateOf(file: string): Promise<FileFound | string> {
    try {
      const { head, ...state } = await fileAndHead(file, this.#scale.files);
      if (state.bytes === 0) return `${file} is empty`;
      return { ...state, content: await contentOf(head) };
    } catch (error) {
      if (error instanceof LocalFileError)
        return `${error.message} An attachment without a scheme such as https:// is a file here.`;
      throw error;
    }
  }
}

/** A batch that is made first cannot be looked at yet. */
function withoutBatch(
  args: Readonly<Record<string, unknown>>,
  within: string | undefined,
): Record<string, unknown> {
  const { batch: _batch, ...rest } = args;
  const inner = within === undefined ? undefined : args[within];
  if (within === undefined || !isRecord(inner)) return rest;
  const { batch: _inner, ...others } = inner;
  return { ...rest, [within]: others };
}

/** @throws LocalFileError */
async function fileAndHead(file: string, files: LocalFiles): Promise<FileState & { head: Uint8Array }> {
  const opened = await files.open(file);
  try {
    let head = new Uint8Array();
    for await (const chunk of opened.content()) {
      head = new Uint8Array(Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES));
      if (head.length === HEAD_BYTES) break;
    }
    return { bytes: opened.size, modified_at: opened.modifiedAt, head };
  } finally {
    await opened.close();
  }
}

/** @throws LocalFileError */
export async function fileState(file: string, files: LocalFiles): Promise<FileState> {
  const opened = await files.open(file);
  await opened.close();
  return { bytes: opened.size, modified_at: opened.modifiedAt };
}

function sameIdentity(line: number, derived: boolean): string {
  return derived
    ? `has the same attachment as line ${line}, so both would be one task; add "unique_id": "{{column}}" to the template, with a column that tells them apart`
    : `has the same unique_id as line ${line}; each task needs its own`;
}

/** The argument that a file goes into: its URL is another one each time the file is uploaded. */
export function memberOf({ at }: Pick<Upload, 'at'>): string {
  const name = at.find((part) => part !== 'params');
  return typeof name === 'string' ? name : 'attachment';
}
