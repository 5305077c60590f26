import type { ServerResponse } from 'node:http';
import type { Caller } from '../access/caller.ts';
import type { Logger } from '../observability/logger.ts';
import type { Section } from './parts.ts';

/** Milliseconds. A proxy that hears nothing for a minute or so cuts a connection. */
const TICK_MS = 2_000;
const HEARTBEAT_MS = 15_000;
const STUCK_MS = 60_000;

/** Streams at once: of one principal, and of all. */
const MAX_EACH = 6;
const MAX_ALL = 100;

interface Stream {
  response: ServerResponse;
  /** Who looks, as they may now; undefined once they may no more. */
  admit: () => Promise<Caller | undefined>;
  principal: string;
  /** What the page shows, by section. */
  shown: Map<string, string>;
  writtenAt: number;
  /** When it last took what was written. */
  drainedAt: number;
}

interface Options {
  render: (caller: Caller) => Promise<readonly Section[]>;
  /** Milliseconds that only rise. */
  now: () => number;
  logger: Logger;
}

/**
 * Sends the sections of pages that are looked at, when they have changed. Everything is made once for all pages of one
 * caller, nothing while nobody looks; a reader that is too slow misses frames and not the last state.
 */
export class LiveFeed {
  readonly #options: Options;
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @returns whether there is room for one more */
  hasRoom(principal: string): boolean {
    const own = [...this.#streams].filter((stream) => stream.principal === principal).length;
    return !this.#isClosed && own < MAX_EACH && this.#streams.size < MAX_ALL;
  }

  add(response: ServerResponse, { principal, admit }: Pick<Stream, 'principal' | 'admit'>): void {
    const now = this.#options.now();
    const stream: Stream = { response, admit, principal, shown: new Map(), writtenAt: now, drainedAt: now };
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    response.write('retry: 3000\n\n');
    response.on('close', () => this.#streams.delete(stream));
    response.on('error', () => this.#streams.delete(stream));
    this.#streams.add(stream);
    this.#schedule(0);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { response } of this.#streams) response.end();
    this.#streams.clear();
  }

  #schedule(ms: number): void {
    if (this.#isClosed || (this.#timer && ms > 0)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#tick().finally(() => {
        this.#timer = undefined;
        if (this.#streams.size > 0) this.#schedule(TICK_MS);
      });
    }, ms);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    const made = new Map<Caller, Promise<readonly Section[]>>();
    await Promise.all([...this.#streams].map((stream) => this.#update(stream, made)));
  }

  async #update(stream: Stream, made: Map<Caller, Promise<readonly Section[]>>): Promise<void> {
    try {
      const caller = await stream.admit();
      if (!caller) return this.#end(stream, 'event: signed-out\ndata: 1\n\n');
      if (this.#isStuck(stream)) return;
      const sections = made.get(caller) ?? this.#options.render(caller);
      made.set(caller, sections);
      this.#send(stream, await sections);
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'the console could not be brought up to date');
    }
  }

  #send(stream: Stream, sections: readonly Section[]): void {
    const changed = sections.filter(({ id, content }) => stream.shown.get(id) !== content.text);
    const now = this.#options.now();
    if (changed.length > 0) {
      for (const { id, content } of changed) stream.shown.set(id, content.text);
      const data = JSON.stringify(changed.map(({ id, content }) => [id, content.text]));
      stream.response.write(`event: sections\ndata: ${data}\n\n`);
      stream.writtenAt = now;
    } else if (now - stream.writtenAt >= HEARTBEAT_MS) {
      stream.response.write(': still here\n\n');
      stream.writtenAt = now;
    }
  }

  /** What was written before has not been taken: nothing is added to it. */
  #isStuck(stream: Stream): boolean {
    const { response } = stream;
    const now = this.#options.now();
    if (response.writableLength === 0) {
      stream.drainedAt = now;
      return false;
    }
    if (now - stream.drainedAt > STUCK_MS) response.destroy();
    return true;
  }

  #end(stream: Stream, last: string): void {
    this.#streams.delete(stream);
    stream.response.end(last);
  }
}
