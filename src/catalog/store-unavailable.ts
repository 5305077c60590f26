/** What outlives a call cannot be read or written at present; the message says why, and what it is about. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}
