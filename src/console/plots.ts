import { html } from '../responses/html.ts';
import type { Html } from '../responses/html.ts';

/** One bar, from bottom to top. */
interface Bar {
  /** Below the bar; only as many as fit are shown. */
  label: string;
  /** What is said of it to whoever points at it, or cannot see it. */
  words: string;
  parts: readonly { value: number; tone: 'main' | 'bad' | 'faint' }[];
}

export interface Plot {
  /** What is shown, in a sentence for those who cannot see it. */
  title: string;
  bars: readonly Bar[];
  /** A line that is not to be crossed. */
  cap?: { value: number; label: string } | undefined;
  /** Names a value of the axis. */
  tick: (value: number) => string;
}

/** Units of the drawing; the page scales it to the room that there is. */
const WIDTH = 560;
const HEIGHT = 190;
const AREA = { left: 46, right: 8, top: 18, bottom: 24 };
const LABELS = 8;

/**
 * Bars as SVG. Colours come from the style of the page by class, so that they fit light and dark, and nothing in it has a
 * style of its own: the policy of the page allows none.
 */
export function bars({ title, bars: all, cap, tick }: Plot): Html {
  const highest = Math.max(...all.map(heightOf), cap?.value ?? 0);
  const top = niceTop(highest);
  const y = (value: number): number =>
    round(HEIGHT - AREA.bottom - (value / top) * (HEIGHT - AREA.bottom - AREA.top));
  const step = (WIDTH - AREA.left - AREA.right) / Math.max(all.length, 1);
  const every = Math.ceil(all.length / LABELS);
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
    ${[0, 0.5, 1].map((share) => gridLine(y(top * share), tick(top * share)))}
    ${all.map((bar, index) => {
      const x = AREA.left + index * step;
      const isLabelled = (all.length - 1 - index) % every === 0;
      return html`<g class="bar"
        ><title>${bar.words}</title>
        <rect
          class="hit"
          x="${round(x)}"
          y="${AREA.top}"
          width="${round(step)}"
          height="${HEIGHT - AREA.top - AREA.bottom}"
        />
        ${stack(bar, { x: x + step * 0.16, width: step * 0.68, y })}
        ${isLabelled && html`<text class="label" x="${round(x + step / 2)}" y="${HEIGHT - 7}" text-anchor="middle">${bar.label}</text>`}</g
      >`;
    })}
    ${
      cap &&
      html`<line
          class="cap"
          x1="${AREA.left}"
          x2="${WIDTH - AREA.right}"
          y1="${y(cap.value)}"
          y2="${y(cap.value)}"
        />
        <text class="cap" x="${WIDTH - AREA.right}" y="${y(cap.value) - 5}" text-anchor="end"
          >${cap.label}</text
        >`
    }
  </svg>`;
}

function gridLine(y: number, label: string): Html {
  return html`<line class="grid" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${y}" y2="${y}" />
    <text class="tick" x="${AREA.left - 7}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

function stack(
  { parts }: Bar,
  { x, width, y }: { x: number; width: number; y: (value: number) => number },
): Html[] {
  let below = 0;
  return parts.map(({ value, tone }) => {
    const [from, to] = [y(below), y(below + value)];
    below += value;
    // What is there is seen, however little it is.
    const height = value > 0 ? Math.max(round(from - to), 1.5) : 0;
    return html`<rect
      class="${tone}"
      x="${round(x)}"
      y="${round(from - height)}"
      width="${round(width)}"
      height="${height}"
      rx="1.5"
    />`;
  });
}

function heightOf({ parts }: Bar): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

/** A number with one digit that is not below the highest, so that the axis has readable names. */
function niceTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 2, 4, 5, 8, 10].find((one) => one * power >= highest) ?? 10;
  return factor * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
