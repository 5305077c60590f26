import { legendHeight, overlay } from './overlay.ts';
import { frameOfVideo } from './video-frame.ts';
import { UnreadableImageError } from './unreadable-image.ts';
import type { ChartSpec } from './chart.ts';
import type { Sharp, default as SharpModule } from 'sharp';
import type { DrawnShape, LegendEntry, View } from './overlay.ts';

/** A photograph of more pixels is not decoded: a small file can hold one of gigabytes. */
const MAX_PIXELS = 100_000_000;

/** The most that a picture may take of an answer, in bytes. */
const MAX_PICTURE_BYTES = 400_000;

const QUALITIES = [82, 70, 55, 40] as const;

export interface Picture {
  mimeType: 'image/jpeg' | 'image/png';
  bytes: Buffer;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Colours by index, each as red, green, blue and how opaque; what has none is not shown. */
type MaskColours = ReadonlyMap<number, readonly [number, number, number, number]>;

export interface Drawing {
  image: Buffer;
  /** What of the image is shown; all of it unless said otherwise. */
  crop?: View['crop'];
  shapes: readonly DrawnShape[];
  legend: readonly LegendEntry[];
  /** A PNG of one channel with an index for every pixel of the image. */
  mask?: { indexed: Buffer; colours: MaskColours };
  /** What the picture fits into without its legend, in pixels. */
  fit: Size;
  title?: string;
}

/** Loaded with the first picture: it takes 20 MB of memory, and may be left out of an installation. */
let loading: Promise<typeof SharpModule> | undefined;

async function loadSharp(): Promise<typeof SharpModule> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    return sharp;
  });
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    throw new UnreadableImageError(
      'pictures cannot be drawn here, since the package "sharp" is not installed; install it beside scale-ai-mcp',
      { cause },
    );
  }
}

/**
 * Pixels of an image as people see it, turned as its EXIF orientation says.
 *
 * @throws UnreadableImageError
 */
async function sizeOfImage(image: Buffer): Promise<Size> {
  const sharp = await loadSharp();
  const { autoOrient } = await named(() => sharp(image, { limitInputPixels: false }).metadata());
  const { width, height } = autoOrient;
  if (width * height > MAX_PIXELS)
    throw new UnreadableImageError(
      `it has ${Math.round((width * height) / 1e6)} megapixels; at most ${MAX_PIXELS / 1e6} are decoded`,
    );
  return { width, height };
}

/**
 * Draws annotations over an image.
 *
 * @throws UnreadableImageError for what is no image, or too large
 */
async function drawPicture(drawing: Drawing): Promise<Picture> {
  const { image, shapes, legend, mask, fit, title } = drawing;
  const sharp = await loadSharp();
  const size = await sizeOfImage(image);
  const crop = within(drawing.crop, size);
  const view = { crop, ...scaled(crop, fit) };
  let base = sharp(image, { limitInputPixels: MAX_PIXELS, failOn: 'none' }).autoOrient();
  if (drawing.crop) base = base.extract(crop);
  const layers = [{ input: overlay(shapes, legend, view, title), left: 0, top: 0 }];
  if (mask) layers.unshift({ input: await maskLayer(sharp, mask, view, size), left: 0, top: 0 });
  const below = legendHeight(legend, view.width);
  return named(() =>
    encoded(
      base
        .resize(view.width, view.height, { fit: 'fill' })
        .flatten({ background: '#FFFFFF' })
        .toColourspace('srgb')
        .extend({ bottom: below, background: '#1A1A1A' })
        .composite(layers),
      { width: view.width, height: view.height + below },
    ),
  );
}

/** An image of one colour, for what has no picture of its own. */
async function blankImage({ width, height }: Size, colour = '#303030'): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** An image of raw pixels, three channels each. */
async function imageOfPixels(pixels: Buffer, { width, height }: Size): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/**
 * Pixels of a PNG as they stand in it, with one channel for images of grey and three for others.
 *
 * @throws UnreadableImageError
 */
async function decodePixels(png: Buffer): Promise<Size & { data: Buffer; channels: number }> {
  const sharp = await loadSharp();
  return named(async () => {
    const image = sharp(png, { limitInputPixels: MAX_PIXELS });
    const { channels: stored } = await image.metadata();
    const kept = stored < 3 ? image.extractChannel(0).toColourspace('b-w') : image.removeAlpha();
    const { data, info } = await kept.raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  });
}

async function encodePng(pixels: Buffer, raw: Size & { channels: 1 | 3 }): Promise<Buffer> {
  const sharp = await loadSharp();
  const image = sharp(pixels, { raw });
  return (raw.channels === 1 ? image.toColourspace('b-w') : image).png().toBuffer();
}

/** Tiles beside and below each other, in rows of so many. */
async function contactSheet(tiles: readonly Picture[], columns: number, tile: Size): Promise<Picture> {
  const sharp = await loadSharp();
  const rows = Math.ceil(tiles.length / columns);
  const size = { width: columns * tile.width, height: rows * tile.height };
  const layers = tiles.map(({ bytes, width, height }, index) => ({
    input: bytes,
    left: (index % columns) * tile.width + Math.floor((tile.width - width) / 2),
    top: Math.floor(index / columns) * tile.height + Math.floor((tile.height - height) / 2),
  }));
  const ground = sharp({ create: { ...size, channels: 3, background: '#101010' } });
  return encoded(ground.composite(layers), size);
}

/** A chart as a picture. */
async function drawChart(spec: ChartSpec, size: Size): Promise<Picture> {
  const { chartSvg } = await import('./chart.ts');
  const sharp = await loadSharp();
  return encoded(sharp(Buffer.from(chartSvg(spec, size))).flatten({ background: '#FFFFFF' }), size);
}

/** The best that fits into an answer; thin lines keep their colours where chroma is not subsampled. */
async function encoded(pipeline: Sharp, { width, height }: Size): Promise<Picture> {
  for (const quality of QUALITIES) {
    const bytes = await pipeline.clone().jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
    if (bytes.length <= MAX_PICTURE_BYTES) return { mimeType: 'image/jpeg', bytes, width, height };
  }
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const sharp = await loadSharp();
  const whole = await pipeline.clone().jpeg({ quality: 80 }).toBuffer();
  const bytes = await sharp(whole).resize(half.width, half.height).jpeg({ quality: 60 }).toBuffer();
  return { mimeType: 'image/jpeg', bytes, ...half };
}

async function maskLayer(
  sharp: typeof SharpModule,
  { indexed, colours }: NonNullable<Drawing['mask']>,
  { crop, width, height }: View,
  image: Size,
): Promise<Buffer> {
  const resized = await named(() =>
    sharp(indexed, { limitInputPixels: MAX_PIXELS })
      .resize(image.width, image.height, { fit: 'fill', kernel: 'nearest' })
      .extract(crop)
      .extractChannel(0)
      .toColourspace('b-w')
      .raw()
      .toBuffer(),
  );
  const small = await sharp(resized, { raw: { width: crop.width, height: crop.height, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const pixels = Buffer.alloc(width * height * 4);
  for (const [at, index] of small.entries()) {
    const colour = colours.get(index);
    if (colour) pixels.set(colour, at * 4);
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UnreadableImageError) throw cause;
    throw new UnreadableImageError(
      `it cannot be decoded (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
}

/** Whole pixels of the image. */
function within(crop: View['crop'] | undefined, { width, height }: Size): View['crop'] {
  if (!crop) return { left: 0, top: 0, width, height };
  const left = Math.min(Math.max(0, Math.floor(crop.left)), width - 1);
  const top = Math.min(Math.max(0, Math.floor(crop.top)), height - 1);
  return {
    left,
    top,
    width: Math.max(1, Math.min(Math.ceil(crop.width), width - left)),
    height: Math.max(1, Math.min(Math.ceil(crop.height), height - top)),
  };
}

/** What is small is enlarged, at most so many times. */
const MAX_ENLARGED = 4;

function scaled({ width, height }: Size, fit: Size): Size {
  const factor = Math.min(fit.width / width, fit.height / height, MAX_ENLARGED);
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Everything that is drawn, by name: for the process that draws. */
export const RENDERERS = {
  sizeOfImage,
  drawPicture,
  blankImage,
  imageOfPixels,
  contactSheet,
  drawChart,
  decodePixels,
  encodePng,
  frameOfVideo,
};
