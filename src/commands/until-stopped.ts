/** Resolves on SIGINT, SIGTERM or SIGHUP, or when one of the given promises does. */
export async function untilStopped(...others: readonly Promise<unknown>[]): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
  await Promise.race([signalled, ...others]);
}
