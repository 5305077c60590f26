import { select } from 'd3-selection';
import { zoom, zoomIdentity } from 'd3-zoom';
import { hasArea, marksOf } from '../labels/shape-marks.ts';
import { byId, svgElement } from './elements.ts';
import type { Point } from '../labels/geometry.ts';
import type { Outline } from './answers.ts';

/** How far one can zoom in: one pixel of the picture then fills some of the screen. */
const MAX_ZOOM = 40;
const ZOOM_STEP = 1.4;
const POINT_RADIUS_PX = 5;

/** The picture with its annotations: wheel, pinch and drag move it. */
export class Stage {
  readonly #svg = byId('stage', SVGSVGElement);
  readonly #moved = byId('moved', SVGGElement);
  readonly #image = byId('image', SVGImageElement);
  readonly #raster = byId('raster', SVGImageElement);
  readonly #outlines = byId('outlines', SVGGElement);
  readonly #zoom = zoom<SVGSVGElement, unknown>().scaleExtent([1, MAX_ZOOM]);
  #scale = 1;
  #width = 1;

  constructor() {
    this.#zoom.on('zoom', ({ transform }: { transform: { k: number; toString(): string } }) => {
      this.#scale = transform.k;
      this.#moved.setAttribute('transform', transform.toString());
      this.#keepPointsSmall();
    });
    select(this.#svg).call(this.#zoom);
    new ResizeObserver(() => this.#keepPointsSmall()).observe(this.#svg);
  }

  /** Another picture, shown whole. */
  async show(picture: string, size?: { width: number; height: number }): Promise<void> {
    const { width, height } = size ?? (await sizeOf(picture));
    this.#width = width;
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#zoom.translateExtent([
      [0, 0],
      [width, height],
    ]);
    place(this.#image, picture, width, height);
    this.#raster.removeAttribute('href');
    this.#outlines.replaceChildren();
    this.fit();
  }

  /** A picture of the same part with annotations in it, whose legend below is cut off. */
  showRaster(picture: string): void {
    const { width, height } = this.#svg.viewBox.baseVal;
    place(this.#raster, picture, width, height);
  }

  showOutlines(outlines: readonly Outline[]): void {
    this.#outlines.replaceChildren(...outlines.flatMap(outlineElements));
    this.#keepPointsSmall();
  }

  /** @param isShown by label; all are hidden where annotations are off */
  showLabels(isOn: boolean, isShown: (label: string) => boolean): void {
    this.#raster.style.display = isOn ? '' : 'none';
    for (const outline of this.#outlines.children) {
      const label = outline instanceof SVGElement ? (outline.dataset['label'] ?? '') : '';
      outline.toggleAttribute('hidden', !isOn || !isShown(label));
    }
  }

  zoomIn(): void {
    this.#zoom.scaleBy(select(this.#svg), ZOOM_STEP);
  }

  zoomOut(): void {
    this.#zoom.scaleBy(select(this.#svg), 1 / ZOOM_STEP);
  }

  fit(): void {
    this.#zoom.transform(select(this.#svg), zoomIdentity);
  }

  describe(words: string): void {
    this.#svg.setAttribute('aria-label', words);
  }

  #keepPointsSmall(): void {
    const shown = this.#svg.getBoundingClientRect().width;
    const radius = (POINT_RADIUS_PX * this.#width) / (Math.max(1, shown) * this.#scale);
    for (const circle of this.#outlines.querySelectorAll('circle')) circle.setAttribute('r', String(radius));
  }
}

function place(image: SVGImageElement, picture: string, width: number, height: number): void {
  const attributes = { href: picture, width, height, preserveAspectRatio: 'xMinYMin slice' };
  for (const [name, value] of Object.entries(attributes)) image.setAttribute(name, String(value));
}

async function sizeOf(picture: string): Promise<{ width: number; height: number }> {
  const image = new Image();
  image.src = picture;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}

function outlineElements({
  kind,
  label,
  points,
  edges,
  colour,
  is_prelabel: isPrelabel,
  id,
}: Outline): SVGElement[] {
  const marks = marksOf({ kind, ...(edges && { edges }) }, pairs(points), POINT_RADIUS_PX);
  const pen = (position: 'above' | 'below'): SVGElement[] =>
    marks.map(({ element, attributes }) => {
      const drawn = svgElement(element, attributes);
      drawn.classList.add('outline', position);
      drawn.classList.toggle('prelabel', isPrelabel);
      if (position === 'above') {
        drawn.style.stroke = colour;
        if (kind === 'point') drawn.style.fill = colour;
        if (hasArea(kind)) drawn.style.fill = `${colour}33`;
      }
      return drawn;
    });
  const all = svgElement('g', {});
  all.dataset['label'] = label;
  const title = svgElement('title', {});
  title.textContent = [label || '(no label)', id, isPrelabel ? 'came with the task' : '']
    .filter(Boolean)
    .join(', ');
  all.append(title, ...pen('below'), ...pen('above'));
  return [all];
}

function pairs(coordinates: readonly number[]): Point[] {
  return Array.from({ length: Math.floor(coordinates.length / 2) }, (_, index) => ({
    x: coordinates[2 * index] ?? 0,
    y: coordinates[2 * index + 1] ?? 0,
  }));
}
