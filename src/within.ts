/** A stretch of time that ends by itself, or with somebody's patience. */
export interface Stretch {
  /** Aborted by either. */
  stop: AbortSignal;
  /** Aborted by time only. */
  deadline: AbortSignal;
  /** Nothing waits for it any more. */
  end: () => void;
}

/**
 * Like `AbortSignal.any` with `AbortSignal.timeout`, which leave their clean-up to the garbage collector: a server
 * with thousands of calls feels it.
 */
export function within(ms: number, outer: AbortSignal | undefined): Stretch {
  const stop = new AbortController();
  const deadline = new AbortController();
  const follow = (): void => stop.abort(outer?.reason);
  const timer = setTimeout(() => {
    const reason = new DOMException('The deadline has passed.', 'TimeoutError');
    deadline.abort(reason);
    stop.abort(reason);
  }, ms).unref();
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    stop: stop.signal,
    deadline: deadline.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}
