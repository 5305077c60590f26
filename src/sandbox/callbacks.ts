import { draw } from './behaviour.ts';
import { isLoopback } from './attachments.ts';
import { uuidFrom } from './ids.ts';
import type { Logger } from 'pino';
import type { Behaviour } from './behaviour.ts';
import type { Agenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import type { JsonObject } from './json.ts';
import type { DeliveryRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

/**
 * Scale tries up to 20 times within 24 hours; its spacing and its patience per attempt are not known. The waits
 * here double from half a second to an hour, 20 attempts in about 6 hours of the sandbox's clock.
 */
export const CALLBACK_POLICY = {
  maxAttempts: 20,
  firstWaitMs: 500,
  maxWaitMs: 3_600_000,
  timeoutMs: 10_000,
} as const;

export interface CallbackDeps {
  store: Store;
  clock: Clock;
  agenda: Agenda;
  authKey: string;
  behaviour: Behaviour;
  logger: Logger;
  flush: () => Promise<void>;
}

/** Delivers callbacks, to loopback addresses only; what is still to be delivered survives a restart. */
export class Callbacks {
  readonly #deps: CallbackDeps;
  #count = 0;
  /** How often each was sent: what is lost once may arrive when it is sent again. */
  readonly #sent = new Map<string, number>();

  constructor(deps: CallbackDeps) {
    this.#deps = deps;
  }

  enqueue(callback: { url: string; body: JsonObject; taskId?: string; batch?: string }): void {
    const { lost, doubled } = this.#deps.behaviour.current.callbacks;
    const what = `${callback.taskId ?? callback.batch ?? ''} ${JSON.stringify(callback.body['status'])}`;
    const before = this.#sent.get(what) ?? 0;
    this.#sent.set(what, before + 1);
    const drawn = draw(`callback ${what}${before === 0 ? '' : ` ${before}`}`);
    if (drawn < lost) return;
    this.#enqueue(callback);
    if (drawn < lost + doubled) this.#enqueue(callback);
  }

  #enqueue(callback: { url: string; body: JsonObject; taskId?: string; batch?: string }): void {
    this.#count += 1;
    const now = this.#deps.clock.now();
    const id = uuidFrom(`${now}#${this.#count}#${callback.url}`);
    const delivery: DeliveryRecord = { ...callback, id, attempts: 0, dueAt: now };
    this.#deps.store.put('deliveries', id, delivery);
    this.schedule(delivery);
  }

  schedule(delivery: DeliveryRecord): void {
    this.#deps.agenda.add(delivery.dueAt, async () => {
      await this.#attempt(delivery);
      await this.#deps.flush();
    });
  }

  async #attempt(delivery: DeliveryRecord): Promise<void> {
    const { store, clock, logger } = this.#deps;
    if (!store.deliveries.has(delivery.id)) return;
    const attempts = delivery.attempts + 1;
    if (await this.#send(delivery)) return this.#conclude(delivery, true);
    if (attempts >= CALLBACK_POLICY.maxAttempts || !canReach(delivery.url)) {
      logger.warn({ url: delivery.url, attempts }, 'a callback was given up');
      return this.#conclude(delivery, false);
    }
    const wait = Math.min(CALLBACK_POLICY.firstWaitMs * 2 ** (attempts - 1), CALLBACK_POLICY.maxWaitMs);
    const again = { ...delivery, attempts, dueAt: clock.now() + wait };
    store.put('deliveries', delivery.id, again);
    this.schedule(again);
  }

  /** True after a 2xx. E-mail is not sent from here and counts as delivered; other hosts are never asked. */
  async #send({ url, body }: DeliveryRecord): Promise<boolean> {
    if (!/^https?:/i.test(url)) return true;
    if (!canReach(url)) return false;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'scale-callback-auth': this.#deps.authKey },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(CALLBACK_POLICY.timeoutMs),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  #conclude({ id, taskId }: DeliveryRecord, succeeded: boolean): void {
    const { store } = this.#deps;
    store.remove('deliveries', id);
    const task = taskId === undefined ? undefined : store.tasks.get(taskId);
    if (task) store.put('tasks', task.id, { ...task, callbackSucceeded: succeeded });
  }
}

function canReach(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url));
}
