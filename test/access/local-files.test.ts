import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalFileError, MAX_UPLOAD_BYTES, allowLocalFiles } from '../../src/access/local-files.ts';

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
