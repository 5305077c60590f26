import { byId, element } from './elements.ts';
import type { Drawing } from './answers.ts';

/** Labels with their colours and counts, each of which can be switched off. */
export class Legend {
  readonly #list = byId('legend', HTMLUListElement);
  readonly #off = new Set<string>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  readonly isShown = (label: string): boolean => !this.#off.has(label);

  /** What was switched off stays so in the next task. */
  show({ labels, is_raster: isRaster }: Pick<Drawing, 'is_raster' | 'labels'>): void {
    this.#list.replaceChildren(
      ...labels.map(({ label, colour, count, prelabels }) => {
        const swatch = element('span', { className: 'swatch' });
        swatch.style.background = colour;
        const name = element('span', { text: label });
        const many = element('span', { text: countsOf(count, prelabels), className: 'count' });
        if (prelabels !== undefined)
          many.title = `${count} in the result, ${prelabels} that came with the task, in dashes`;
        return element('li', {}, element('label', {}, ...this.#boxFor(label, isRaster), swatch, name, many));
      }),
    );
  }

  /** Labels within a mask are one picture: they are all shown or none is. */
  #boxFor(label: string, isRaster: boolean): HTMLElement[] {
    if (isRaster) return [];
    const box = element('input');
    box.type = 'checkbox';
    box.checked = this.isShown(label);
    box.addEventListener('change', () => {
      if (box.checked) this.#off.delete(label);
      else this.#off.add(label);
      this.#changed();
    });
    return [box];
  }
}

/** What came with the task is told where labelers changed how many there are. */
function countsOf(count: number, prelabels: number | undefined): string {
  return prelabels === undefined || prelabels === count ? `× ${count}` : `× ${count} (${prelabels} given)`;
}
