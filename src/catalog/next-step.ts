/** A call that makes sense after this one. */
export interface NextStep {
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
  why: string;
}
