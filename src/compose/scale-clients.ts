import type { ScaleClient } from '../scale/client.ts';
import type { ScaleKey } from '../scale/scale-key.ts';

/** Keys whose connections are kept open while nobody uses them. */
const MAX_IDLE = 100;

type Connect = (apiKey: ScaleKey, keyId: string) => ScaleClient;

/**
 * One adapter per Scale key, shared by all who use that key. Connections are opened with the first request, so that
 * whoever only lists tools opens none, and are closed again while nothing of them is in use: the adapter stays good for
 * whoever holds it.
 */
export class ScaleClients {
  readonly #connect: Connect;
  readonly #maxIdle: number;
  /** Kept for as long as somebody holds them. */
  readonly #clients = new Map<string, WeakRef<PooledClient>>();
  readonly #forgotten = new FinalizationRegistry<string>((id) => {
    if (this.#clients.get(id)?.deref() === undefined) this.#clients.delete(id);
  });
  /** The one unused for longest first. */
  readonly #open = new Set<PooledClient>();

  /** @param connect is given the key, and a name for it that says nothing of it */
  constructor(connect: Connect, maxIdle = MAX_IDLE) {
    this.#connect = connect;
    this.#maxIdle = maxIdle;
  }

  for(apiKey: ScaleKey): ScaleClient {
    const id = apiKey.id();
    const known = this.#clients.get(id)?.deref();
    if (known) return known;
    const client = new PooledClient(
      () => this.#connect(apiKey, id.slice(0, 16)),
      (used) => this.#used(used),
    );
    this.#clients.set(id, new WeakRef(client));
    this.#forgotten.register(client, id);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((client) => client.close()));
  }

  #used(client: PooledClient): void {
    this.#open.delete(client);
    this.#open.add(client);
    for (const oldest of this.#open) {
      if (this.#open.size <= this.#maxIdle) return;
      if (oldest.isInUse) continue;
      this.#open.delete(oldest);
      void oldest.close();
    }
  }
}

/** Opens its connections when they are needed, and again after they were closed. */
class PooledClient implements ScaleClient {
  readonly #connect: () => ScaleClient;
  readonly #used: (client: PooledClient) => void;
  #inner: ScaleClient | undefined;
  #requests = 0;

  constructor(connect: () => ScaleClient, used: (client: PooledClient) => void) {
    this.#connect = connect;
    this.#used = used;
  }

  get isInUse(): boolean {
    return this.#requests > 0;
  }

  send: ScaleClient['send'] = (request, options) => this.#use((inner) => inner.send(request, options));

  readResult: ScaleClient['readResult'] = (url, options) =>
    this.#use((inner) => inner.readResult(url, options));

  readAttachment: ScaleClient['readAttachment'] = (url, options) =>
    this.#use((inner) => inner.readAttachment(url, options));

  async close(): Promise<void> {
    const inner = this.#inner;
    this.#inner = undefined;
    await inner?.close();
  }

  async #use<T>(work: (inner: ScaleClient) => Promise<T>): Promise<T> {
    this.#inner ??= this.#connect();
    this.#requests += 1;
    try {
      return await work(this.#inner);
    } finally {
      this.#requests -= 1;
      this.#used(this);
    }
  }
}
