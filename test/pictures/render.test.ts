import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readShapes } from '../../src/labels/shapes.ts';
import { coloursOf } from '../../src/pictures/palette.ts';
import { UnreadableImageError, contactSheet, drawPicture, sizeOfImage } from '../../src/pictures/renderer.ts';
import { groundOutlines, topDown } from '../../src/pictures/top-down.ts';
import type { DrawnShape } from '../../src/pictures/overlay.ts';
import type { Drawing, Picture } from '../../src/pictures/renderer.ts';

const ORANGE = { name: 'orange', hex: '#E69F00' };

function image(width: number, height: number, background = '#204060'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

function box(left: number, top: number, width: number, height: number): DrawnShape[] {
  const { shapes } = readShapes([{ type: 'box', label: 'car', left, top, width, height }]);
  return shapes.map((shape) => ({ shape, colour: ORANGE }));
}

async function drawn(parts: Partial<Drawing> & Pick<Drawing, 'image'>): Promise<Picture> {
  return drawPicture({ shapes: [], legend: [], fit: { width: 200, height: 200 }, ...parts });
}

/** Red, green and blue at a place of the picture. */
async function pixel({ bytes }: Picture, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

function isNear(found: readonly number[], wanted: readonly number[]): boolean {
  return found.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) < 40);
}

/** Whether the line of a shape passes here: lines are smoothed, and a pixel beside is as good. */
async function isDrawnAt(picture: Picture, x: number, y: number): Promise<boolean> {
  const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => pixel(picture, x + dx, y + dy)));
  return (await Promise.all(around)).some((found) => isNear(found, [0xe6, 0x9f, 0x00]));
}

describe('a picture', () => {
  it('has its shapes where they are in the pixels of the image', async () => {
    const picture = await drawn({ image: await image(800, 400), shapes: box(400, 200, 200, 100) });
    expect([picture.width, picture.height]).toEqual([200, 100]);
    expect(await isDrawnAt(picture, 125, 50)).toBe(true);
    expect(isNear(await pixel(picture, 125, 62), [0x20, 0x40, 0x60])).toBe(true);
    expect(isNear(await pixel(picture, 40, 20), [0x20, 0x40, 0x60])).toBe(true);
  });

  it('is turned as EXIF says, and so are the pixels that annotations are in', async () => {
    const half = await image(400, 400, '#c02020');
    const upright = await sharp({ create: { width: 400, height: 800, channels: 3, background: '#204060' } })
      .composite([{ input: half, left: 0, top: 0 }]) // the upper half, which is the right one once it is turned
      .jpeg()
      .withMetadata({ orientation: 6 }) // to be turned a quarter clockwise
      .toBuffer();
    expect(await sizeOfImage(upright)).toEqual({ width: 800, height: 400 });
    const picture = await drawn({ image: upright, shapes: box(400, 200, 200, 100) });
    expect(isNear(await pixel(picture, 180, 15), [0xc0, 0x20, 0x20])).toBe(true);
    expect(isNear(await pixel(picture, 20, 15), [0x20, 0x40, 0x60])).toBe(true);
    expect([picture.width, picture.height]).toEqual([200, 100]);
    expect(await isDrawnAt(picture, 125, 50)).toBe(true);
  });

  it('of a part shows that part, enlarged', async () => {
    const picture = await drawn({
      image: await image(800, 400),
      shapes: box(400, 200, 50, 50),
      crop: { left: 375, top: 175, width: 100, height: 100 },
    });
    expect([picture.width, picture.height]).toEqual([200, 200]);
    expect(await isDrawnAt(picture, 50, 100)).toBe(true);
  });

  it('has masks in the colours of their labels, and nothing where a label is left out', async () => {
    const pixels = Buffer.alloc(100 * 50, 1);
    pixels.fill(2, 0, 100 * 25);
    const indexed = await sharp(pixels, { raw: { width: 100, height: 50, channels: 1 } })
      .png()
      .toBuffer();
    const colours = new Map([[2, [255, 0, 0, 255] as const]]);
    const picture = await drawn({ image: await image(400, 200), mask: { indexed, colours } });
    expect(isNear(await pixel(picture, 100, 20), [255, 0, 0])).toBe(true);
    expect(isNear(await pixel(picture, 100, 80), [0x20, 0x40, 0x60])).toBe(true);
  });

  it('has a legend below, whose rows hold any label', async () => {
    const legend = ['car', '<b>&"\u0000', 'ü'.repeat(60)].map((label) => ({
      label,
      colour: ORANGE,
      count: 2,
    }));
    const plain = await drawn({ image: await image(400, 200) });
    const picture = await drawn({ image: await image(400, 200), legend });
    expect(picture.height).toBeGreaterThan(plain.height + 40);
    expect(isNear(await pixel(picture, 14, plain.height + 14), [0xe6, 0x9f, 0x00])).toBe(true);
  });

  it('takes at most 400 kB, of noise too', async () => {
    const noise = Buffer.from(
      Array.from({ length: 1_500 * 1_500 * 3 }, (_, n) => (n * 7_919 * (n % 977)) & 0xff),
    );
    const raw = { width: 1_500, height: 1_500, channels: 3 } as const;
    const noisy = await sharp(noise, { raw }).png().toBuffer();
    const picture = await drawn({ image: noisy, fit: { width: 1_500, height: 1_500 } });
    expect(picture.bytes.length).toBeLessThanOrEqual(400_000);
  });

  it('is not made of a file that grows beyond 100 megapixels, nor of what is no image', async () => {
    const bomb = await sharp({ create: { width: 12_000, height: 9_000, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await expect(drawn({ image: bomb })).rejects.toThrow('it has 108 megapixels; at most 100 are decoded');
    await expect(drawn({ image: Buffer.from('<html>') })).rejects.toThrow(UnreadableImageError);
    const cut = (await image(400, 200)).subarray(0, 60);
    await expect(drawn({ image: cut })).rejects.toThrow(UnreadableImageError);
  });

  it('stands among others on a contact sheet, row by row', async () => {
    const tile = { width: 100, height: 80 };
    const tiles = await Promise.all(
      ['#ff0000', '#00ff00', '#0000ff'].map(async (colour) =>
        drawn({ image: await image(100, 80, colour), fit: tile }),
      ),
    );
    const sheet = await contactSheet(tiles, 2, tile);
    expect([sheet.width, sheet.height]).toEqual([200, 160]);
    expect(isNear(await pixel(sheet, 50, 40), [255, 0, 0])).toBe(true);
    expect(isNear(await pixel(sheet, 150, 40), [0, 255, 0])).toBe(true);
    expect(isNear(await pixel(sheet, 50, 120), [0, 0, 255])).toBe(true);
  });
});

it('a label has the same colour in every task of a project, and a colour where it is not asked for', () => {
  const colourOf = coloursOf(['car', 'sign']);
  expect([colourOf('car').name, colourOf('sign').name]).toEqual(['orange', 'sky blue']);
  expect(coloursOf(['sign'])('tree')).toEqual(coloursOf(['car', 'sign'])('tree'));
});

describe('a lidar frame from above', () => {
  const cuboid = {
    uuid: 'c',
    label: 'car',
    position: { x: 10, y: 5, z: 1 },
    dimensions: { x: 2, y: 4, z: 2 },
    yaw: 0,
  };

  it('has cuboids as outlines on the ground: length along y without yaw, along x after a quarter turn', () => {
    const spans = [0, Math.PI / 2].map((yaw) => {
      const [outline] = groundOutlines([{ ...cuboid, yaw }]).shapes;
      const xs = outline?.points.map(({ x }) => x) ?? [];
      return Math.round(Math.max(...xs) - Math.min(...xs));
    });
    expect(spans).toEqual([2, 4]);
  });

  it('shows points and outlines in one place, north up', async () => {
    const { shapes } = groundOutlines([cuboid]);
    const points = Array.from({ length: 400 }, (_, n) => ({ x: (n % 20) + 1, y: Math.floor(n / 20), z: 0 }));
    const scene = await topDown({ points }, shapes);
    const { data, info } = await sharp(scene.image).raw().toBuffer({ resolveWithObject: true });
    expect(scene.points).toBe(400);
    expect(data.some((value) => value > 0x40)).toBe(true);
    const ys = scene.shapes[0]?.points.map(({ y }) => y) ?? [];
    expect(Math.min(...ys)).toBeGreaterThan(info.height / 2); // y of 5 in 0 to 19 is in the lower half
  });

  it('is drawn without points that cannot be read', async () => {
    const scene = await topDown('protobuf', groundOutlines([cuboid, { label: 'x' }]).shapes);
    expect(scene).toMatchObject({ points: 0, shapes: [{ label: 'car' }] });
  });
});
