import { createHash, randomBytes } from 'node:crypto';

let counter = 0;
const PROCESS = randomBytes(5).toString('hex');

/** A 24-digit hexadecimal id in the layout of MongoDB's ObjectId: later ids sort after earlier ones. */
export function objectId(now: number): string {
  counter = (counter + 1) % 0x1000000;
  const seconds = Math.floor(now / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}${PROCESS}${counter.toString(16).padStart(6, '0')}`;
}

/** A UUID that is always the same for the same text. */
export function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
