/** Why an image could not be drawn on, in a sentence. */
export class UnreadableImageError extends Error {
  override name = 'UnreadableImageError';
}
