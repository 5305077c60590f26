import { makeCaller } from './make-caller.ts';
import type { Caller, Wishes } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
import type { LoadedPolicy } from '../config/load-policy.ts';
import type { Settings } from '../config/settings.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { Owner } from '../work/jobs/job.ts';
import type { ScaleClients } from './scale-clients.ts';

/** Callers are remembered, so that what they see is built once. */
const CAPACITY = 1_000;

/** A Scale key in use, by a name that says nothing of it. */
export interface KeyInUse {
  client: ScaleClient;
  keyId: string;
}

interface Parts {
  settings: Settings;
  /** Who calls where nothing else is known; nobody gets more than this caller. */
  local: Caller;
  /** The operator's own key, as far as there is one. */
  localKey: KeyInUse | undefined;
  clients: ScaleClients;
}

/** Callers by what they asked for, and the keys that their work is done with. */
export class KnownCallers {
  readonly #parts: Parts;
  readonly #keyOf = new WeakMap<Caller, KeyInUse & { ownKey: boolean }>();
  /** Whoever sent a key along is known for as long as this process lives. */
  readonly #withOwnKey = new Map<string, Caller>();
  #callers = new Map<string, Caller>();

  constructor(parts: Parts) {
    this.#parts = parts;
    if (parts.localKey) this.#keyOf.set(parts.local, { ...parts.localKey, ownKey: false });
  }

  /** Roles have changed: everybody is made anew. */
  forget(): void {
    this.#callers = new Map();
  }

  callerFor(policy: LoadedPolicy, identity: Identity | undefined, wishes: Wishes): Caller {
    const id = JSON.stringify([identity?.principal, identity?.role, wishes]);
    const earlier = this.#callers.get(id);
    if (earlier) return earlier;
    const { caller, key } = makeCaller(this.#parts, policy, identity, wishes);
    const { localKey, clients } = this.#parts;
    const used = key === undefined ? localKey : { client: clients.for(key), keyId: key.id() };
    const ownKey = wishes.scaleKey !== undefined;
    if (used) this.#keyOf.set(caller, { ...used, ownKey });
    if (ownKey) remember(this.#withOwnKey, JSON.stringify([caller.principal, used?.keyId]), caller);
    else remember(this.#callers, id, caller);
    return caller;
  }

  scaleFor(caller: Caller): ScaleClient | undefined {
    return this.#keyOf.get(caller)?.client;
  }

  ownerOf(caller: Caller): Owner {
    const { keyId = 'none', ownKey = false } = this.#keyOf.get(caller) ?? {};
    const { principal, role, mode = 'live' } = caller;
    return { principal, ...(role !== undefined && { role }), mode, keyId, ownKey };
  }

  /** @param today what the owner may do without a request of theirs */
  callerOf(owner: Owner, today: () => Caller): { caller: Caller } | { refused: string } {
    const { principal, keyId, ownKey } = owner;
    const found = ownKey ? this.#withOwnKey.get(JSON.stringify([principal, keyId])) : today();
    if (found && this.#keyOf.get(found)?.keyId === keyId) return { caller: found };
    return {
      refused: `The Scale key with which ${principal} began this is not at hand here. It goes on when they call again.`,
    };
  }
}

function remember(callers: Map<string, Caller>, id: string, caller: Caller): void {
  if (callers.size >= CAPACITY) callers.clear();
  callers.set(id, caller);
}
