import { EventEmitter } from 'node:events';

/** Who listens to what, in this process. */
export class Topics {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  tell(topic: string, text: string): void {
    this.#emitter.emit(topic, text);
  }

  listen(topic: string, wake: (text: string) => void): () => void {
    this.#emitter.on(topic, wake);
    return () => this.#emitter.off(topic, wake);
  }
}
