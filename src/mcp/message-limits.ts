import { MAX_DEPTH, isDeeper } from '../json/depth.ts';
import { faultOfBatch, revisionOf } from './batched-messages.ts';
import type { Caller } from '../access/caller.ts';

const MIB = 1024 * 1024;

/** Bytes of one message. Tool arguments are small; only a file in a message is not. */
export const BODY_LIMITS = { usual: MIB, withUploads: 6 * MIB } as const;

/** A message that is not looked into. */
export class MessageRefusedError extends Error {
  override name = 'MessageRefusedError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The bytes that this caller may send at once. */
export function bodyLimitOf(caller: Caller | undefined): number {
  const mayUpload = caller?.selection.find('scale_ai_upload_file') !== undefined;
  return mayUpload ? BODY_LIMITS.withUploads : BODY_LIMITS.usual;
}

/** @throws MessageRefusedError */
export function refuseLargerThan(limit: number, bytes: number): void {
  if (bytes > limit) throw new MessageRefusedError(413, `A message may have ${limit} bytes.`);
}

/**
 * @param revision what the client says in `MCP-Protocol-Version`
 * @throws MessageRefusedError for a batch that is not answered
 */
export function refuseBatch(body: unknown, revision: string | undefined): void {
  if (!Array.isArray(body)) return;
  const fault = faultOfBatch(body, revisionOf(revision));
  if (fault !== undefined) throw new MessageRefusedError(400, fault);
}

/**
 * @param levels that it may have
 * @throws MessageRefusedError for nesting without end
 */
export function refuseDeep(body: unknown, levels: number = MAX_DEPTH): void {
  if (isDeeper(body, levels))
    throw new MessageRefusedError(400, `The message is nested more than ${levels} levels deep.`);
}
