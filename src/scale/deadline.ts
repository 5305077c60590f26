/** Time that is given to something; it ends by itself, or when somebody gives up. */
export interface Deadline {
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
export function startDeadline(ms: number, outer: AbortSignal | undefined): Deadline {
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
