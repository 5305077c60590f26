/** One argument that does not fit, found after its form had been accepted. */
export interface Refusal {
  /** Such as `geometries.point.connections[0].pair`. */
  path: string;
  message: string;
  allowed?: string;
}

/** Thrown by a check; answered like arguments that do not fit the schema. */
export class RefusedArguments extends Error {
  override name = 'RefusedArguments';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.refusals = refusals;
  }
}
