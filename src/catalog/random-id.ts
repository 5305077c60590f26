import { randomUUID } from 'node:crypto';

/** 16 random hexadecimal digits. Node.js draws UUIDs in advance, which single bytes are not. */
export function randomId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(-8);
}
