import { TooManyKeysError } from '../access/caller.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { makeCaller } from './make-caller.ts';
import type { Caller, RequestedSelection } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
import type { LoadedPolicy } from '../config/load-policy.ts';
import type { Settings } from '../config/settings.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { Owner } from '../work/jobs/job.ts';
import type { ScaleClients } from './scale-clients.ts';

/** Callers are remembered, so that what they see is built once. */
const CAPACITY = 1_000;

/** Different keys that one principal may bring within an hour; a gateway brings one for each of its users. */
const MAX_OWN_KEYS = 1_000;
const OWN_KEYS_MS = 3_600_000;

/** A key that a principal brought, kept in this process only. */
interface OwnKey {
  key: ScaleKey;
  /** Milliseconds. */
  seenAt: number;
}

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
  /** By principal, and by the name of the key: nobody's keys push out those of others. */
  readonly #ownKeys = new Map<string, Map<string, OwnKey>>();
  readonly #now: () => number;
  #callers = new Map<string, Caller>();

  /** @param now milliseconds that only rise */
  constructor(parts: Parts, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
    if (parts.localKey) this.#keyOf.set(parts.local, { ...parts.localKey, ownKey: false });
  }

  /** Roles have changed: everybody is made anew. */
  forget(): void {
    this.#callers = new Map();
  }

  callerFor(policy: LoadedPolicy, identity: Identity | undefined, requested: RequestedSelection): Caller {
    const { scaleKey, ...others } = requested;
    const own = scaleKey === undefined ? undefined : new ScaleKey(scaleKey).id();
    const id = JSON.stringify([identity?.principal, identity?.role, others, own]);
    const earlier = this.#callers.get(id);
    if (earlier) return earlier;
    const { caller, key } = makeCaller(this.#parts, policy, identity, requested);
    const { localKey, clients } = this.#parts;
    const used = key === undefined ? localKey : { client: clients.for(key), keyId: key.id() };
    if (scaleKey !== undefined && used)
      this.#rememberKey(caller.principal, used.keyId, new ScaleKey(scaleKey));
    if (used) this.#keyOf.set(caller, { ...used, ownKey: scaleKey !== undefined });
    remember(this.#callers, id, caller);
    return caller;
  }

  /** @throws TooManyKeysError for a new one beyond what a principal may bring in a while */
  #rememberKey(principal: string, keyId: string, key: ScaleKey): void {
    const keys = this.#ownKeys.get(principal) ?? new Map<string, OwnKey>();
    this.#ownKeys.set(principal, keys);
    const now = this.#now();
    const [oldest] = keys;
    if (!keys.has(keyId) && keys.size >= MAX_OWN_KEYS && oldest) {
      const freeIn = oldest[1].seenAt + OWN_KEYS_MS - now;
      if (freeIn > 0) throw new TooManyKeysError(Math.ceil(freeIn / 1_000));
      keys.delete(oldest[0]);
    }
    keys.delete(keyId);
    keys.set(keyId, { key, seenAt: now });
  }

  scaleFor(caller: Caller): ScaleClient | undefined {
    return this.#keyOf.get(caller)?.client;
  }

  ownerOf(caller: Caller): Owner {
    const { keyId = 'none', ownKey = false } = this.#keyOf.get(caller) ?? {};
    const { principal, role, mode = 'live' } = caller;
    return { principal, ...(role !== undefined && { role }), mode, keyId, ownKey };
  }

  /** @param today what the owner may do without a request of theirs, with a key of their own or the operator's */
  callerOf(
    owner: Owner,
    today: (requested: RequestedSelection) => Caller,
  ): { caller: Caller } | { refused: string } {
    const { principal, keyId, ownKey } = owner;
    const own = ownKey ? this.#ownKeys.get(principal)?.get(keyId)?.key : undefined;
    const isAtHand = !ownKey || own !== undefined;
    const found = isAtHand ? today({ readOnly: false, ...(own && { scaleKey: own.reveal() }) }) : undefined;
    if (found && this.#keyOf.get(found)?.keyId === keyId) return { caller: found };
    return {
      refused: `The Scale key with which ${principal} began this is not at hand here. It goes on when they call again.`,
    };
  }
}

function remember(callers: Map<string, Caller>, id: string, caller: Caller): void {
  const [oldest] = callers.keys();
  if (callers.size >= CAPACITY && oldest !== undefined) callers.delete(oldest);
  callers.set(id, caller);
}
