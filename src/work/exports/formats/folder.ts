import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';

/** Files of a format, below a directory of this server's own. */
export class Folder {
  readonly #directory: string;
  readonly #made = new Set<string>();
  readonly #open = new Map<string, TextFile>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(await this.#place(name), content, { mode: 0o600 });
  }

  async has(name: string): Promise<boolean> {
    return access(path.join(this.#directory, name)).then(
      () => true,
      () => false,
    );
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(path.join(this.#directory, from), path.join(this.#directory, to));
  }

  /** A file that grows piece by piece; closed with the folder. */
  async text(name: string): Promise<TextFile> {
    const known = this.#open.get(name);
    if (known) return known;
    const opened = new TextFile(await this.#place(name));
    this.#open.set(name, opened);
    return opened;
  }

  /** Puts a text file of the folder at the end of another, and removes it. */
  async append(name: string, to: TextFile): Promise<void> {
    const file = path.join(this.#directory, name);
    await this.#open.get(name)?.close();
    this.#open.delete(name);
    for await (const chunk of createReadStream(file, 'utf8')) await to.write(String(chunk));
    await rm(file);
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #place(name: string): Promise<string> {
    const file = path.join(this.#directory, name);
    const directory = path.dirname(file);
    if (!this.#made.has(directory)) await mkdir(directory, { recursive: true, mode: 0o700 });
    this.#made.add(directory);
    return file;
  }
}

export class TextFile {
  readonly #stream: ReturnType<typeof createWriteStream>;

  constructor(file: string) {
    this.#stream = createWriteStream(file, { mode: 0o600 });
    this.#stream.on('error', () => undefined); // told where it is written to or closed
  }

  async write(text: string): Promise<void> {
    if (this.#stream.errored) throw this.#stream.errored;
    if (this.#stream.write(text)) return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('drain', resolve).once('error', reject);
    });
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}

/** A name that file systems and tools take: of a URL where that has one, otherwise the id. */
export class FileNames {
  readonly #taken = new Set<string>();

  /** @returns a name without its ending, and the ending with its dot; no two are the same */
  next(url: string | undefined, id: string): { stem: string; extension: string } {
    const base = url === undefined ? '' : lastPart(url);
    const { name, ext } = path.parse(base);
    const isImage = /^\.(jpe?g|png|webp|gif|bmp|tiff?)$/i.test(ext);
    const wanted = clean(isImage ? name : id);
    const stem = this.#taken.has(wanted.toLowerCase()) ? `${wanted}-${clean(id)}` : wanted;
    this.#taken.add(stem.toLowerCase());
    return { stem, extension: isImage ? ext.toLowerCase() : '.jpg' };
  }
}

function lastPart(url: string): string {
  const target = URL.canParse(url) ? new URL(url).pathname : url;
  const last = target.split(/[\\/]/).at(-1) ?? ''; // a file of Windows passes for a URL of the scheme "c:"
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function clean(name: string): string {
  return (
    name
      .replaceAll(/[^\w.-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, 100) || '_'
  );
}
