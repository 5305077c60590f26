import type { DestinationStream } from 'pino';

type GatheredLines = DestinationStream & { flushSync(): void };

/**
 * Writes the lines of one turn of the event loop together, since most of what a line costs is the system call. They are
 * written before the process ends in whatever way but being killed, and before a fatal line returns.
 */
export function gatheredLines(destination: DestinationStream): GatheredLines {
  let lines = '';
  const flushSync = (): void => {
    const gathered = lines;
    lines = '';
    if (gathered !== '') destination.write(gathered);
  };
  process.once('exit', flushSync);
  return {
    write(line) {
      if (lines === '') setImmediate(flushSync);
      lines += line;
    },
    flushSync,
  };
}
