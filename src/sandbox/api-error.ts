/** A refusal in Scale's envelope, `{status_code, error}`. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function errorEnvelope(status: number, error: string): { status_code: number; error: string } {
  return { status_code: status, error };
}

/**
 * Texts of refusals. Those of an unknown task, a taken unique_id, a missing attachment and an invalid parameter
 * are Scale's own; the others are in their style, since Scale's are not known.
 */
export const REFUSAL = {
  noKey: () => new ApiError(401, 'No valid API key provided.'),
  unknownTask: () => new ApiError(404, 'Task with that ID not found.'),
  unknownTaskType: (type: string) => new ApiError(404, `Task type "${type}" not found.`),
  unknownBatch: () => new ApiError(404, 'Batch with that name not found.'),
  unknownProject: () => new ApiError(404, 'Project with that name not found.'),
  unknownGroup: () => new ApiError(404, 'Group with that name not found.'),
  unknownFile: () => new ApiError(404, 'File with that ID not found.'),
  uniqueIdTaken: (uniqueId: string, taskId: string) =>
    new ApiError(409, `The unique_id ("${uniqueId}") is already used for a different task (${taskId}).`),
  batchTaken: (name: string) => new ApiError(409, `A batch with the name "${name}" already exists.`),
  projectTaken: (name: string) => new ApiError(409, `A project with the name "${name}" already exists.`),
  referenceTaken: (id: string) => new ApiError(409, `A file with the reference_id "${id}" already exists.`),
  idempotencyKeyTaken: () =>
    new ApiError(409, 'This Idempotency-Key was already used for a different request.'),
  noAttachment: () => new ApiError(400, 'Please include an attachment or attachments parameter.'),
  invalid: (reason: string) => new ApiError(400, `Parameter is invalid, reason: ${reason}`),
  missing: (field: string) => new ApiError(400, `Parameter is invalid, reason: "${field}" is required`),
  notPending: () => new ApiError(400, 'Only pending tasks can be canceled.'),
  started: () => new ApiError(400, 'Work on this task has started; it can no longer be canceled.'),
  batchFinalized: (name: string) =>
    new ApiError(400, `The batch "${name}" is finalized; tasks can no longer be added.`),
} as const;
