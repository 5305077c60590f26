import { drawingOf, pictureOf, sampleOf } from './answers.ts';
import { button, byId, element } from './elements.ts';
import { Legend } from './legend.ts';
import { ServerTools } from './server-tools.ts';
import { Stage } from './stage.ts';
import { Status } from './status.ts';
import { TaskQueue } from './task-queue.ts';
import { Verdict } from './verdict.ts';
import type { App } from '@modelcontextprotocol/ext-apps';
import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Drawing, Sample } from './answers.ts';

/** Pixels of the longest side of pictures, for zooming in. */
const MAX_SIDE = 2_048;

/** Tasks with their annotations, one after the other. */
export class LabelsView {
  readonly #stage = new Stage();
  readonly #status = new Status();
  readonly #legend = new Legend(() => this.#applyLabels());
  readonly #tools: ServerTools;
  readonly #queue: TaskQueue;
  readonly #verdict: Verdict;
  readonly #previous = button('previous', () => void this.#open(this.#queue.previous()));
  readonly #next = button('next', () => void this.#openNext());
  readonly #labels = button('labels', () => this.#toggleLabels());
  readonly #frame = byId('frame', HTMLInputElement);
  readonly #tiles = byId('tiles', HTMLOListElement);
  #drawing: Drawing | undefined;
  #isLabeled = true;
  /** Counts what was opened: an answer that comes after the next question is not shown. */
  #opened = 0;

  constructor(app: App) {
    this.#tools = new ServerTools(app);
    this.#queue = new TaskQueue(this.#tools);
    const judged = (): void => this.#next.focus();
    this.#verdict = new Verdict({ app, tools: this.#tools, status: this.#status, judged });
    button('zoom-in', () => this.#stage.zoomIn());
    button('zoom-out', () => this.#stage.zoomOut());
    button('fit', () => this.#stage.fit());
    this.#frame.addEventListener(
      'change',
      () => void this.#open(this.#drawing?.task_id, this.#frame.valueAsNumber),
    );
    document.addEventListener('keydown', (event) => this.#pressed(event));
    this.#showPosition();
  }

  /** The answer of the call that this page was opened for. */
  async answered(result: CallToolResult, asked: Readonly<Record<string, unknown>>): Promise<void> {
    const sample = sampleOf(result);
    const { task_id: id, frame } = asked;
    if (sample) return this.#showSample(sample, result);
    const picture = pictureOf(result);
    if (picture !== undefined) await this.#stage.show(picture);
    if (typeof id === 'string' && this.#tools.areThere)
      return this.#open(id, typeof frame === 'number' ? frame : 0);
    if (picture === undefined) this.#status.say('There is no picture in this answer.', 'error');
  }

  async #showSample({ summary, tiles }: Sample, result: CallToolResult): Promise<void> {
    byId('title', HTMLHeadingElement).textContent = summary;
    const picture = pictureOf(result);
    if (picture !== undefined) await this.#stage.show(picture);
    this.#queue.take(tiles.map(({ task_id: id }) => id));
    this.#tiles.replaceChildren(
      ...tiles.map(({ tile, task_id: id, annotations }) => {
        const open = element('button', { text: String(tile) });
        open.dataset['task'] = id;
        open.title = `${id}, ${annotations} annotations`;
        open.addEventListener('click', () => void this.#open(id));
        return element('li', {}, open);
      }),
    );
    this.#showPosition();
  }

  async #openNext(): Promise<void> {
    try {
      await this.#open(await this.#queue.next());
    } catch (error) {
      this.#status.fail(error);
    }
    this.#showPosition();
  }

  async #open(id: string | undefined, frame = 0): Promise<void> {
    if (id === undefined) return;
    this.#opened += 1;
    const opened = this.#opened;
    const isLatest = (): boolean => opened === this.#opened;
    this.#status.say('Loading…');
    try {
      const request = { task_id: id, prelabels: true, frame, max_side: MAX_SIDE };
      const result = await this.#tools.call('scale_ai_show_task', { ...request, labels: [] });
      if (!isLatest()) return;
      const drawing = drawingOf(result);
      if (!drawing)
        throw new Error('The server tells nothing to draw: it is of another version than this page.');
      await this.#show(drawing, pictureOf(result));
      if (drawing.is_raster) {
        const raster = pictureOf(await this.#tools.call('scale_ai_show_task', request));
        if (isLatest() && raster !== undefined) this.#stage.showRaster(raster);
      }
      this.#status.say('');
    } catch (error) {
      if (isLatest()) this.#status.fail(error);
    }
  }

  async #show(drawing: Drawing, picture: string | undefined): Promise<void> {
    const { task_id: id, status, type, outlines, labels, notes, image, frame } = drawing;
    this.#drawing = drawing;
    if (picture !== undefined) {
      await this.#stage.show(picture, image);
      this.#stage.showOutlines(outlines);
    }
    this.#legend.show(drawing);
    this.#applyLabels();
    byId('picture', HTMLElement).hidden = picture === undefined;
    byId('title', HTMLHeadingElement).textContent =
      `Task ${id}, ${[type, status].filter(Boolean).join(', ')}`;
    byId('notes', HTMLUListElement).replaceChildren(...notes.map((text) => element('li', { text })));
    const counted = labels.map(({ label, count }) => `${label} ${count}`).join(', ');
    this.#stage.describe(`Task ${id} with ${counted || 'no annotations'}`);
    this.#showFrame(frame);
    this.#queue.showing(drawing);
    this.#verdict.show(drawing);
    this.#showPosition();
  }

  #showFrame(frame: Drawing['frame']): void {
    const isSeries = frame !== undefined && frame.of > 1;
    byId('frame-choice', HTMLLabelElement).hidden = !isSeries;
    if (!isSeries) return;
    this.#frame.max = String(frame.of - 1);
    this.#frame.value = String(frame.index);
    byId('frame-number', HTMLOutputElement).textContent = `${frame.index} of 0 to ${frame.of - 1}`;
  }

  #showPosition(): void {
    byId('position', HTMLSpanElement).textContent = this.#queue.position;
    this.#previous.disabled = !this.#queue.hasPrevious;
    this.#next.disabled = !this.#tools.areThere || !this.#queue.hasNext;
    const shown = this.#drawing?.task_id;
    for (const tile of this.#tiles.querySelectorAll('button'))
      tile.setAttribute('aria-current', String(tile.dataset['task'] === shown));
  }

  #toggleLabels(): void {
    this.#isLabeled = !this.#isLabeled;
    this.#labels.setAttribute('aria-pressed', String(this.#isLabeled));
    this.#applyLabels();
  }

  #applyLabels(): void {
    this.#stage.showLabels(this.#isLabeled, this.#legend.isShown);
  }

  #pressed({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    const isTyping = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
    if (isTyping || ctrlKey || metaKey || altKey) return;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#previous.click(),
      ArrowRight: () => this.#next.click(),
      '+': () => this.#stage.zoomIn(),
      '=': () => this.#stage.zoomIn(),
      '-': () => this.#stage.zoomOut(),
      '0': () => this.#stage.fit(),
      l: () => this.#toggleLabels(),
      f: () => byId('fullscreen', HTMLButtonElement).click(),
      a: () => this.#verdict.focus('accept'),
      r: () => this.#verdict.focus('reject'),
    };
    keys[key.length === 1 ? key.toLowerCase() : key]?.();
  }
}
