/** Width, height and channels of a PNG from its header (PNG specification, section 11.2.2); undefined for other bytes. */
export function imageFacts(
  bytes: Uint8Array,
): { width: number; height: number; channels: number | undefined } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 26 || buffer.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return {
    width: buffer.readUInt32BE(16),
    height: buffer.readUInt32BE(20),
    channels: CHANNELS[buffer.readUInt8(25)],
  };
}

/** By colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
