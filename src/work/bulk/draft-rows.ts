import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { LocalFileError } from '../../access/local-files.ts';
import { findUploads } from './attachments.ts';
import { MissingCell, fillTemplate } from './template.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Upload } from './attachments.ts';
import type { InvalidRow, PlanRow } from './plan.ts';
import type { Manifest, ManifestRow } from './read-manifest.ts';

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

/** What is remembered from row to row. */
interface Memory {
  /** Lines by the unique_id that they took. */
  taken: Map<string, number>;
  /** Bytes of each file that may be uploaded, or why it may not. */
  files: Map<string, number | string>;
}

/** Turns the rows of a manifest into tasks, each judged as if it were sent by itself. */
export class RowDrafter {
  readonly #drafting: Drafting;
  readonly #manifest: Manifest;
  readonly #path: CallPath;
  readonly #memory: Memory = { taken: new Map(), files: new Map() };
  /** Every column that some row has. */
  readonly columns = new Set<string>();

  constructor(drafting: Drafting, manifest: Manifest, path: CallPath) {
    this.#drafting = drafting;
    this.#manifest = manifest;
    this.#path = path;
  }

  get uploads(): { files: number; bytes: number } {
    const sizes = [...this.#memory.files.values()].filter((size) => typeof size === 'number');
    return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  async draft(row: ManifestRow): Promise<Draft> {
    const { line } = row;
    if ('fault' in row) return { line, reason: row.fault };
    for (const column of Object.keys(row.cells)) this.columns.add(column);
    try {
      return await this.#draft(line, fillTemplate(this.#drafting.template, row.cells));
    } catch (error) {
      if (error instanceof MissingCell) return { line, reason: error.message };
      throw error;
    }
  }

  async #draft(line: number, filled: Record<string, unknown>): Promise<Draft> {
    const { tool, within, project, batch } = this.#drafting;
    const asked = {
      ...filled,
      ...(project !== undefined && { project }),
      ...(batch !== undefined && { batch }),
    };
    const { params, uploads } = findUploads(asked, this.#manifest.directory);
    const fault = await this.#judgeFiles(uploads);
    if (fault !== undefined) return { line, reason: fault };
    const identity = this.#identityOf(asked);
    const named = { ...params, unique_id: identity.uniqueId };
    const args = within === undefined ? named : { type: this.#drafting.type, [within]: named };
    const reasons = await this.#path.judge({ tool, arguments: args });
    if (reasons.length > 0) return { line, reason: reasons.join('; ') };
    const earlier = this.#memory.taken.get(identity.uniqueId);
    if (earlier !== undefined) return { line, reason: sameIdentity(earlier, identity.derived) };
    this.#memory.taken.set(identity.uniqueId, line);
    const at = within === undefined ? [] : [within];
    return {
      line,
      args,
      unique_id: identity.uniqueId,
      uploads: uploads.map((upload) => ({ ...upload, at: [...at, ...upload.at] })),
    };
  }

  /** The user's own id, or one that follows from project, batch and attachment. */
  #identityOf(params: Readonly<Record<string, unknown>>): { uniqueId: string; derived: boolean } {
    const own = params['unique_id'];
    if (typeof own === 'string' || typeof own === 'number') return { uniqueId: String(own), derived: false };
    const { type, project, batch } = this.#drafting;
    const { attachment, attachments } = params;
    const about = attachment ?? attachments ?? params;
    const text = canonicalize({ type, project, batch, about }) ?? '';
    return { uniqueId: `mcp-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, derived: true };
  }

  async #judgeFiles(uploads: readonly Upload[]): Promise<string | undefined> {
    for (const { file } of uploads) {
      const known = this.#memory.files.get(file) ?? (await this.#sizeOf(file));
      this.#memory.files.set(file, known);
      if (typeof known === 'string') return known;
    }
    return undefined;
  }

  async #sizeOf(file: string): Promise<number | string> {
    try {
      const opened = await this.#path.files.open(file);
      await opened.close();
      return opened.size > 0 ? opened.size : `${file} is empty`;
    } catch (error) {
      if (error instanceof LocalFileError)
        return `${error.message} An attachment without a scheme such as https:// is a file here.`;
      throw error;
    }
  }
}

function sameIdentity(line: number, derived: boolean): string {
  return derived
    ? `has the same attachment as line ${line}, so both would be one task; add "unique_id": "{{column}}" to the template, with a column that tells them apart`
    : `has the same unique_id as line ${line}; each task needs its own`;
}

/** The files of a row by the URL-less place they stand at, in the arguments of the plan's tool. */
export function memberOf({ at }: Upload): string {
  const name = at.find((part) => part !== 'params');
  return typeof name === 'string' ? name : 'attachment';
}
