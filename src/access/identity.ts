/** Who a token stands for, and the role it gives. */
export interface Identity {
  principal: string;
  /** Undefined for somebody who is known but has no role: nothing is permitted then. */
  role: string | undefined;
  /** Scopes of the token; none where tokens have no scopes. */
  scopes: readonly string[];
  /** Seconds since 1970. */
  expiresAt: number;
}
