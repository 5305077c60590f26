/** A manifest that cannot be read as a list of rows. */
export class NotReadable extends Error {
  override name = 'NotReadable';
  /** What can be read. */
  readonly allowed: string;

  constructor(message: string, allowed: string) {
    super(message);
    this.allowed = allowed;
  }
}
