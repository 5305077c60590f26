import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalFileError, MAX_UPLOAD_BYTES, allowLocalFiles } from '../../src/access/local-files.ts';
import { pinDirectory } from '../../src/access/pinned-directory.ts';

let root = '';
let open = '';

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-files-')));
  open = path.join(root, 'open');
  await mkdir(path.join(open, 'sub'), { recursive: true });
  await mkdir(path.join(open, '.git'));
  await mkdir(path.join(root, 'open-sibling'));
  await writeFile(path.join(open, 'sub', 'a.jpg'), 'picture');
  await writeFile(path.join(open, '.env'), 'KEY=1');
  await writeFile(path.join(open, '.git', 'config'), 'x');
  await writeFile(path.join(root, 'secret.txt'), 'secret');
  await writeFile(path.join(root, 'open-sibling', 'b.jpg'), 'x');
  await symlink(path.join(root, 'secret.txt'), path.join(open, 'link.jpg'));
  await symlink(path.join(open, 'sub', 'a.jpg'), path.join(open, 'inner.jpg'));
  await writeFile(path.join(open, 'large.bin'), '');
  await truncate(path.join(open, 'large.bin'), MAX_UPLOAD_BYTES + 1);
});
afterAll(() => rm(root, { recursive: true }));

async function codeOf(localPath: string, allowed = [open], cwd = open): Promise<string> {
  try {
    const file = await (await allowLocalFiles(allowed, cwd)).open(localPath);
    await file.close();
    return 'opened';
  } catch (error) {
    if (error instanceof LocalFileError) return error.code;
    throw error;
  }
}

describe('which files may be uploaded', () => {
  it.each([
    ['sub/a.jpg', 'opened'],
    ['inner.jpg', 'opened'],
    ['link.jpg', 'path_not_allowed'],
    ['../secret.txt', 'path_not_allowed'],
    ['../open-sibling/b.jpg', 'path_not_allowed'],
    ['/etc/hostname', 'path_not_allowed'],
    ['.env', 'path_not_allowed'],
    ['.git/config', 'path_not_allowed'],
    ['sub', 'file_not_readable'],
    ['missing.jpg', 'file_not_readable'],
    ['large.bin', 'file_too_large'],
  ])('%s: %s', async (localPath, code) => expect(await codeOf(localPath)).toBe(code));

  it('streams what it measured', async () => {
    const file = await (await allowLocalFiles([open])).open(path.join(open, 'sub', 'a.jpg'));
    const chunks: Buffer[] = [];
    for await (const chunk of file.content()) chunks.push(Buffer.from(chunk));
    await file.close();
    expect(Buffer.concat(chunks).toString()).toBe('picture');
    expect(file.size).toBe(7);
  });
});

describe('ways in that stay shut: directories swapped for links', () => {
  /** Swaps a directory with a link to one that is not allowed, over and over, until told to stop. */
  const swapping = `
    const { renameSync } = require('node:fs');
    const { workerData } = require('node:worker_threads');
    const { stop, place, directory, link } = workerData;
    while (Atomics.load(stop, 0) === 0) {
      renameSync(place, directory); renameSync(link, place);
      renameSync(place, link); renameSync(directory, place);
    }`;

  it('reads nothing through a link that takes the place of a directory between check and opening', async () => {
    const place = path.join(open, 'swapped');
    const outside = path.join(root, 'outside');
    for (const [directory, content] of [
      [place, 'picture'],
      [outside, 'secret'],
    ] as const) {
      await mkdir(directory);
      await writeFile(path.join(directory, 'a.jpg'), content);
    }
    const link = path.join(root, 'link');
    await symlink(outside, link);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const swapper = new Worker(swapping, {
      eval: true,
      workerData: { stop, place, directory: path.join(root, 'aside'), link },
    });
    const files = await allowLocalFiles([open]);
    const read: string[] = [];
    for (let round = 0; round < 400; round++) {
      const file = await files.open(path.join(place, 'a.jpg')).catch(() => undefined);
      if (!file) continue;
      for await (const chunk of file.content()) read.push(Buffer.from(chunk).toString());
      await file.close();
    }
    Atomics.store(stop, 0, 1);
    await once(swapper, 'exit');
    expect(read).toContain('picture');
    expect(read).not.toContain('secret');
  });

  it('a pinned directory stays the one that was opened', async () => {
    const place = path.join(open, 'pinned');
    await mkdir(place);
    await writeFile(path.join(place, 'a.txt'), 'inside');
    const pinned = await pinDirectory(place);
    await rename(place, path.join(open, 'moved'));
    await symlink(path.join(root, 'open-sibling'), place);
    if (process.platform === 'linux') expect(await readFile(pinned.entry('a.txt'), 'utf8')).toBe('inside');
    await pinned.close();
    await expect(pinDirectory(place)).rejects.toThrow(/ELOOP|ENOTDIR/);
  });
});

describe('without --allow-dir', () => {
  it('opens the working directory', async () => expect(await codeOf('sub/a.jpg', [], open)).toBe('opened'));

  it.each([
    ['a root directory', '/'],
    ['a home directory', homedir()],
  ])('opens nothing in %s, and says how to', async (_name, cwd) => {
    const files = await allowLocalFiles([], cwd);
    expect(files.allowed).toEqual([]);
    await expect(files.open('x.jpg')).rejects.toThrow('--allow-dir');
  });
});

it('refuses to start with a directory that is not there', async () => {
  await expect(allowLocalFiles(['/no/such/directory'])).rejects.toThrow('/no/such/directory');
});
