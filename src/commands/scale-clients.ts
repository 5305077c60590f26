import type { ScaleClient } from '../scale/client.ts';
import type { ScaleKey } from '../scale/scale-key.ts';

/** Connections are kept for this many keys; the one unused for longest is closed. */
const CAPACITY = 100;

/** One adapter per Scale key, shared by all who use that key. */
export class ScaleClients {
  readonly #connect: (apiKey: ScaleKey, keyId: string) => ScaleClient;
  readonly #clients = new Map<string, ScaleClient>();

  /** @param connect is given the key, and a name for it that says nothing of it */
  constructor(connect: (apiKey: ScaleKey, keyId: string) => ScaleClient) {
    this.#connect = connect;
  }

  for(apiKey: ScaleKey): ScaleClient {
    const id = apiKey.id();
    const client = this.#clients.get(id) ?? this.#connect(apiKey, id.slice(0, 16));
    this.#clients.delete(id);
    this.#clients.set(id, client);
    const [oldest] = this.#clients;
    if (this.#clients.size > CAPACITY && oldest) {
      this.#clients.delete(oldest[0]);
      void oldest[1].close();
    }
    return client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}
