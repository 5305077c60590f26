import { hkdfSync, randomUUID } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import * as z from 'zod';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Identity } from '../access/identity.ts';
import type { LimitStore } from '../access/limits/shared-store.ts';

const COOKIE = 'scale_mcp_console';

/** A working day. A token that ends sooner ends the session sooner. */
const SESSION_SECONDS = 12 * 3_600;

/** Browsers keep cookies up to 4,096 bytes, with their name and attributes. */
const MAX_COOKIE = 3_900;

const Sealed = z.object({ token: z.string(), jti: z.string() });

/** Who is signed in. */
export interface Session {
  identity: Identity;
  /** Names the session, so that it can be ended. */
  id: string;
}

interface Options {
  /** Finds whom a bearer token stands for, as for a call. */
  identify: (token: string) => Promise<Identity | undefined>;
  store: LimitStore;
}

/**
 * Sessions that stand in an encrypted cookie and nowhere else, so that any replica with the same secret knows them, and a
 * restart of all loses none. The token inside is judged anew with every request: one that is revoked or has expired is
 * worth nothing at once.
 */
export class Sessions {
  readonly #key: Uint8Array;
  readonly #identify: Options['identify'];
  readonly #ended: RateLimiterAbstract;

  private constructor(secret: Uint8Array, { identify, store }: Options) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'console session', 32));
    this.#identify = identify;
    this.#ended = store.limiter('console-ended', 1, SESSION_SECONDS);
  }

  static async open(options: Options): Promise<Sessions> {
    return new Sessions(await options.store.sharedSecret(), options);
  }

  /** @returns the cookie of a new session; undefined for a token that is not valid, `too_long` for one that does not fit */
  async begin(
    token: string,
    { isSecure }: { isSecure: boolean },
  ): Promise<{ cookie: string } | 'too_long' | undefined> {
    const identity = await this.#valid(token);
    if (!identity) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    const ends = Math.min(now + SESSION_SECONDS, Math.floor(identity.expiresAt));
    const sealed = await new EncryptJWT({ token })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setJti(randomUUID())
      .setExpirationTime(ends)
      .encrypt(this.#key);
    if (sealed.length > MAX_COOKIE) return 'too_long';
    return { cookie: cookieOf(sealed, { isSecure, seconds: ends - now }) };
  }

  /** @returns undefined where nobody is signed in, or not any more */
  async of(cookies: string | undefined): Promise<Session | undefined> {
    const sealed = valueIn(cookies);
    if (sealed === undefined) return undefined;
    const opened = await this.#open(sealed);
    if (!opened || (await this.#hasEnded(opened.jti))) return undefined;
    const identity = await this.#valid(opened.token);
    return identity && { identity, id: opened.jti };
  }

  /** Ends a session for every replica. @returns the cookie that takes it from the browser */
  async end({ id }: Session): Promise<string> {
    await this.#ended.consume(id).catch(() => undefined);
    return cookieOf('', { isSecure: false, seconds: 0 });
  }

  /** An entry is found whether it has expired or not. */
  async #valid(token: string): Promise<Identity | undefined> {
    const identity = await this.#identify(token);
    return identity && identity.expiresAt > Date.now() / 1_000 ? identity : undefined;
  }

  async #open(sealed: string): Promise<z.output<typeof Sealed> | undefined> {
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return Sealed.safeParse(payload).data;
    } catch {
      return undefined; // of another secret, expired, or changed
    }
  }

  async #hasEnded(id: string): Promise<boolean> {
    const state = await this.#ended.get(id);
    return state !== null && state.consumedPoints > 0;
  }
}

function cookieOf(value: string, { isSecure, seconds }: { isSecure: boolean; seconds: number }): string {
  const secure = isSecure ? '; Secure' : '';
  return `${COOKIE}=${value}; Path=/console; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

function valueIn(cookies: string | undefined): string | undefined {
  for (const cookie of cookies?.split(';') ?? []) {
    const [name, value] = cookie.trim().split('=', 2);
    if (name === COOKIE && value !== undefined && value !== '') return value;
  }
  return undefined;
}
