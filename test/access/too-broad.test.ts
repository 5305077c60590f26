import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTooBroad } from '../../src/access/too-broad.ts';

describe('a working directory that nobody named', () => {
  it.each([
    ['the root of a drive', 'C:\\', true],
    ['a home directory', 'C:\\Users\\ada', true],
    ['a home directory in other letters', 'C:\\Users\\ada\\', true],
    ['where desktop hosts start servers', 'C:\\WINDOWS\\system32', true],
    ['the directory of Windows', 'c:\\windows', true],
    ['a directory of the user', 'C:\\Users\\ada\\pictures', false],
    ['a directory on another drive', 'D:\\windows', false],
    ['a directory whose name begins alike', 'C:\\Windows10', false],
  ])('%s, on Windows', (_what, directory, expected) => {
    const machine = { path: path.win32, home: 'C:\\Users\\ada', systemRoot: 'C:\\Windows' };
    expect(isTooBroad(directory, machine)).toBe(expected);
  });

  it.each([
    ['/', true],
    ['/home/ada', true],
    ['/home/ada/pictures', false],
  ])('%s, elsewhere', (directory, expected) => {
    const machine = { path: path.posix, home: '/home/ada', systemRoot: undefined };
    expect(isTooBroad(directory, machine)).toBe(expected);
  });
});
