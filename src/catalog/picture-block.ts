/** A picture for an image block of an answer. */
export interface PictureBlock {
  mimeType: string;
  base64: string;
  width: number;
  height: number;
}
