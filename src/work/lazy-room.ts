import { ToolFailure } from '../invocation/tool-failure.ts';

/** Something opened with its first use; a failure is tried again with the next. */
export interface LazyRoom<T> {
  /** @throws ToolFailure `state_unavailable` */
  get(): Promise<T>;
  /** Told once it is opened, by whoever uses it first. */
  whenOpened(tell: (opened: T) => void): void;
  /** Undefined when nobody has used it, or it cannot be opened. */
  opened(): Promise<T | undefined>;
}

/**
 * @param where what cannot be used, for a sentence, and the setting that names another
 */
export function lazyRoom<T>(
  open: () => Promise<T>,
  { what, setting }: { what: string; setting: string },
): LazyRoom<T> {
  let opening: Promise<T> | undefined;
  const waiting: ((opened: T) => void)[] = [];
  return {
    async get() {
      opening ??= open();
      try {
        const opened = await opening;
        for (const tell of waiting.splice(0)) tell(opened);
        return opened;
      } catch (cause) {
        opening = undefined;
        throw new ToolFailure(
          'state_unavailable',
          `Plans and jobs cannot be kept, because ${what}. Nothing was sent. Whoever runs the server must look at it, or name another with ${setting}.`,
          { outcome: 'not_sent', allowed: setting, cause },
        );
      }
    },
    whenOpened(tell) {
      if (opening) opening.then(tell, () => waiting.push(tell));
      else waiting.push(tell);
    },
    opened: async () => opening?.catch(() => undefined),
  };
}
