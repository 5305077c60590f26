/** Somebody whose work goes on without them may not do this any more. The message is for them. */
export class OwnerRefused extends Error {
  override name = 'OwnerRefused';
}
