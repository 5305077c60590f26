/** What the process tells its caller; documented in docs/reference/commands.md. */
export const EXIT = {
  ok: 0,
  /** Something failed that is not the user's doing. */
  failure: 1,
  /** A flag, variable, configuration key or value that cannot be used. */
  usage: 2,
  /** `doctor` found something that keeps calls from working, `audit verify` a broken chain. */
  unhealthy: 3,
  /** The address to listen on is taken or not allowed. */
  cannotListen: 4,
} as const;
