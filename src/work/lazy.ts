import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { ToolFailure } from '../invocation/tool-failure.ts';

/** Something opened with its first use; a failure is tried again with the next. */
export interface Lazy<T> {
  /** @throws ToolFailure `state_unavailable` */
  get(): Promise<T>;
  /** Undefined when nobody has used it, or it cannot be opened. */
  opened(): Promise<T | undefined>;
}

/**
 * @param what says what cannot be used, where a failure does not say so itself, and the setting that names another
 */
export function lazily<T>(
  open: () => Promise<T>,
  { what, setting }: { what: string; setting: string },
): Lazy<T> {
  let opening: Promise<T> | undefined;
  return {
    async get() {
      opening ??= open();
      try {
        return await opening;
      } catch (cause) {
        opening = undefined;
        throw new ToolFailure(
          'state_unavailable',
          `Plans and jobs cannot be kept. ${cause instanceof StoreUnavailable ? cause.message : `${what}.`} Nothing was sent. Whoever runs the server must look at it, or name another with ${setting}.`,
          { outcome: 'not_sent', allowed: setting, cause },
        );
      }
    },
    opened: async () => opening?.catch(() => undefined),
  };
}
