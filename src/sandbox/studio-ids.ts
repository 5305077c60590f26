/** Names are what v1 addresses by; Studio shows ids beside them, made from the name here. */
export function objectIdFor(createdAt: number, name: string): string {
  const seconds = Math.floor(createdAt / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}${Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16)}`;
}
