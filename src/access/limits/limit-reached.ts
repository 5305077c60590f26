/** More was asked than the operator allows in a while. */
export class LimitReachedError extends Error {
  override name = 'LimitReachedError';
  readonly limit: LimitName;
  readonly retryAfterSeconds: number;

  constructor(limit: LimitName, message: string, retryAfterSeconds: number) {
    super(message);
    this.limit = limit;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What is limited: calls and billable calls of a principal, and what is sent to Scale with one key. */
export type LimitName = 'calls' | 'billable' | 'spend' | 'scale';
