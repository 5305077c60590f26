import { Presets, SingleBar } from 'cli-progress';
import type { ReportProgress } from '../../catalog/tool.ts';

/** Below this, a bar would come and go before it is read. */
const SHOWN_AFTER_MS = 2_000;

/** A bar on stderr for work that takes longer than a moment; nothing where stderr is no terminal. */
export async function withProgress<T>(
  what: string,
  work: (report: ReportProgress) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar(
    {
      format: `${what} {bar} {value}/{total} {note}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  const begun = performance.now();
  try {
    return await work(({ progress, total, message = '' }) => {
      if (total === undefined || performance.now() - begun < SHOWN_AFTER_MS) return;
      if (!bar.isActive) bar.start(total, progress, { note: message });
      bar.setTotal(total);
      bar.update(progress, { note: message });
    });
  } finally {
    bar.stop();
  }
}
