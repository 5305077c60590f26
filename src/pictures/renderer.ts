import { spawn } from 'node:child_process';
import { builtFile } from '../built-file.ts';
import { ownProcessEnvironment } from '../own-process.ts';
import { UnreadableImageError } from './unreadable-image.ts';
import type { ChildProcess } from 'node:child_process';
import type { RENDERERS } from './render.ts';

export { UnreadableImageError } from './unreadable-image.ts';
export type { ChartSpec } from './chart.ts';
export type { Drawing, Picture, Size } from './render.ts';

type Renderers = typeof RENDERERS;

/** What the process that draws is asked. */
export interface Order {
  id: number;
  name: keyof Renderers;
  args: unknown[];
}

export type Answer = { id: number } & (
  { result: unknown; error?: undefined } | { error: string; isUnreadable: boolean }
);

/** The build puts it beside the program; where the program runs from its sources, pictures are drawn in its own process. */
const PROCESS_FILE = 'render-process.cjs';

/** What the process may know: where fonts are, and no key. */
const PASSED_ON = ['PATH', 'HOME', 'FONTCONFIG_PATH', 'FONTCONFIG_FILE', 'LANG'];

/** glibc keeps freed memory for each thread that had it (https://sharp.pixelplumbing.com/install, Linux memory allocator). */
const SPARING = { MALLOC_ARENA_MAX: '1', UV_THREADPOOL_SIZE: '2' };

/** A picture that takes longer is not to be had. */
const TIMEOUT_MS = 30_000;

/** The process ends when it was not needed for so long. */
const IDLE_MS = 30_000;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Has pictures drawn in a process of its own: images come from anywhere, decoding them is native code, and what it
 * takes of memory is given back when the process ends.
 */
class RenderProcess {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(file: string) {
    this.#file = file;
  }

  ask(name: keyof Renderers, args: unknown[]): Promise<unknown> {
    clearTimeout(this.#idle);
    const child = (this.#child ??= this.#start());
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(`took longer than ${TIMEOUT_MS / 1_000} s`), TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      child.send({ id, name, args } satisfies Order, (error) => {
        if (error) this.#end(`could not be begun (${error.message})`);
      });
    });
  }

  #start(): ChildProcess {
    const env = { ...ownProcessEnvironment(PASSED_ON), ...SPARING };
    const child = spawn(process.execPath, [this.#file], {
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true, // a host without a console would show one
    });
    child.on('message', (answer: Answer) => this.#settle(answer));
    child.on('exit', () => {
      if (this.#child === child) this.#end('failed: the process that draws has ended');
    });
    child.on('error', () => undefined); // told by its exit, or where it is sent to
    child.unref();
    child.channel?.unref();
    return child;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.error === undefined) waiting.resolve(answer.result);
    else
      waiting.reject(answer.isUnreadable ? new UnreadableImageError(answer.error) : new Error(answer.error));
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => this.#end('was not waited for'), IDLE_MS).unref();
  }

  /** Whatever is being drawn fails; the next picture has a new process. */
  #end(why: string): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new UnreadableImageError(`drawing it ${why}`));
    }
    this.#waiting.clear();
  }
}

let renderProcess: RenderProcess | undefined | 'none';

function apart(): RenderProcess | undefined {
  renderProcess ??= open() ?? 'none';
  return renderProcess === 'none' ? undefined : renderProcess;
}

function open(): RenderProcess | undefined {
  const file = builtFile(PROCESS_FILE);
  return file === undefined ? undefined : new RenderProcess(file);
}

function forwarded<N extends keyof Renderers>(name: N): Renderers[N] {
  // oxlint-disable-next-line no-unsafe-type-assertion -- the process applies the function of that name
  return (async (...args: unknown[]): Promise<unknown> => {
    const drawing = apart();
    if (drawing) return drawing.ask(name, args);
    const render = await import('./render.ts');
    const drawn: unknown = Reflect.apply(render.RENDERERS[name], undefined, args);
    return drawn;
  }) as Renderers[N];
}

export const sizeOfImage = forwarded('sizeOfImage');
export const drawPicture = forwarded('drawPicture');
export const blankImage = forwarded('blankImage');
export const imageOfPixels = forwarded('imageOfPixels');
export const contactSheet = forwarded('contactSheet');
export const drawChart = forwarded('drawChart');
export const decodePixels = forwarded('decodePixels');
export const encodePng = forwarded('encodePng');
export const frameOfVideo = forwarded('frameOfVideo');
