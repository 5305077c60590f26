import { isRecord } from '../responses/compact.ts';
import type { Tool } from '../catalog/tool.ts';

/** How long what a client has shown of its patience is kept. */
const KEPT_MS = 30 * 60_000;
const CAPACITY = 1_000;

/** Sooner it was a person who thought better of it. */
const LEAST_MS = 2_000;

/** An answer comes in this part of the time after which the client gave up. */
const SHARE = 0.75;

interface Shown {
  ms: number;
  at: number;
}

/**
 * Clients give up on a call after a time of their own (5 seconds in openai-agents, 30 in llama-index), and the model
 * reads of an error and tries the same again. Who says so by cancelling is answered sooner from then on: a call that
 * waits says how far it is, and can be made again.
 */
export class Patience {
  readonly #shown = new Map<string, Shown>();
  readonly #now: () => number;

  /** @param now milliseconds that only rise */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Arguments with no more seconds to wait than the client has. */
  within(client: string, tool: Tool, args: unknown): unknown {
    const usual = usualWait(tool);
    const shown = this.#shown.get(client);
    if (usual === undefined || !shown || this.#now() - shown.at > KEPT_MS) return args;
    const most = Math.floor((shown.ms / 1_000) * SHARE);
    const given = isRecord(args) ? args : {};
    const asked = given['wait_seconds'] ?? usual;
    return typeof asked === 'number' && asked > most ? { ...given, wait_seconds: most } : args;
  }

  /** Remembers when a client cancels a call that waits. @returns what is to be called when it has been answered */
  watch(client: string, tool: Tool, signal: AbortSignal): () => void {
    if (usualWait(tool) === undefined) return () => undefined;
    const begun = this.#now();
    const onCancel = (): void => {
      const ms = this.#now() - begun;
      if (ms >= LEAST_MS) this.#remember(client, ms);
    };
    signal.addEventListener('abort', onCancel, { once: true });
    return () => signal.removeEventListener('abort', onCancel);
  }

  #remember(client: string, ms: number): void {
    if (this.#shown.size >= CAPACITY) this.#shown.clear();
    this.#shown.set(client, { ms, at: this.#now() });
  }
}

/** The seconds that a tool waits where nothing else is said; undefined for one that waits for nothing. */
export function usualWait(tool: Tool): number | undefined {
  const { properties } = tool.listed().input;
  const argument = isRecord(properties) ? properties['wait_seconds'] : undefined;
  const usual = isRecord(argument) ? argument['default'] : undefined;
  return typeof usual === 'number' ? usual : undefined;
}
