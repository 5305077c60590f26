import { EventEmitter } from 'node:events';

/** Who listens to what, in this process. */
export class Topics {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  tell(topic: string): void {
    this.#emitter.emit(topic);
  }

  listen(topic: string, wake: () => void): () => void {
    this.#emitter.on(topic, wake);
    return () => this.#emitter.off(topic, wake);
  }
}
