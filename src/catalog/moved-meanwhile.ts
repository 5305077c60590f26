/** Thrown when what was to be changed kept changing under the hands of somebody else; nothing was written. */
export class MovedMeanwhile extends Error {
  override name = 'MovedMeanwhile';
}
