import { holdFile } from '../../src/work/store/disk-hold.ts';
import type { Hold } from '../../src/work/store/work-store.ts';

/** A process that tries to hold the file that it is told, and gives it back when it is told none. */
let hold: Hold | undefined;
process.on('message', (file: string | null) => {
  const answer = async (): Promise<void> => {
    if (file === null) await hold?.release();
    hold = file === null ? undefined : await holdFile(file);
    process.send?.(hold !== undefined);
  };
  void answer();
});
process.send?.(false);
